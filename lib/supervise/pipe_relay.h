// logq-cat's way to a collector: lines into its stream, and what happens to them while it does not
// take any.
//
// What was sent and may not have been read is kept, and sent again on a new connection when the
// collector dies: a line may then come twice, none is lost. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "logq/result.h"
#include "supervise/collector_stream.h"
#include "supervise/sent_bytes.h"
#include "supervise/spool_file.h"

namespace logq::supervise {

// What happens while the collector does not take lines.
enum class Overflow : std::uint8_t {
  kPass,   ///< waits for one that does not read; without one lines go to the fallback
  kBlock,  ///< waits, also for one that is not there
  kDrop,   ///< lines are dropped and counted
  kSpool,  ///< lines wait in a file; when that is full, as kBlock
};

struct RelayOptions {
  std::string header;  // the encoded seven lines of the stream
  std::function<StreamConnection()> connect;
  std::function<void(const std::string&)> warn;  // one line, without a newline
  Overflow overflow = Overflow::kPass;
  int fallback_fd = 1;  // where bytes go that can go nowhere else
  // kPass: for how long a collector that has gone is waited for. One that is not there at the start
  // is not: the writer must not hang.
  std::chrono::milliseconds patience{10'000};
  // Asked while waiting, many times a second.
  std::function<bool()> stop_requested = [] { return false; };
  // kDrop: called when lines can be sent again, with how many could not be before; false when that
  // could not be told, and shall be tried again.
  std::function<bool(std::uint64_t)> report_drops = [](std::uint64_t) { return true; };
  // kSpool; with others what an earlier logger has left there, which goes first.
  std::optional<SpoolFile> spool = std::nullopt;
  // kBlock: opens one when there is something that must not be kept in memory alone, which is what
  // a collector had not read when it died. Nothing when none can be had.
  std::function<std::optional<SpoolFile>()> open_spool = {};
};

// Writes all of it and returns how much that was: less where nobody takes it when `gives_up`, which
// is asked many times a second meanwhile.
[[nodiscard]] Result<std::size_t> write_unless(int fd,
                                               std::string_view bytes,
                                               const std::function<bool()>& gives_up);

class PipeRelay {
 public:
  explicit PipeRelay(RelayOptions options);

  // Takes bytes from the front and returns how many. Fewer than there are only when it was told to
  // stop while waiting, then whole lines of them, or some of a line that an earlier call has begun;
  // and when the fallback does not take them either: then has_failed().
  std::size_t relay(std::string_view bytes);
  [[nodiscard]] bool has_failed() const { return has_failed_; }

  // Goes on with what waits without new input. Call now and then while has_work().
  void look_after();
  [[nodiscard]] bool has_work() const;
  // Whether what waits, waits for the collector, so that there is no hurry.
  [[nodiscard]] bool is_held_up() const { return !queue_.empty() || dropped_ != 0 || spools(); }

  // The collector's socket that it is connected to or has tried last.
  [[nodiscard]] const std::string& socket_path() const { return socket_path_; }

  // Ends the stream and begins a new one, once the collector has read what it was given, at the
  // latest at `deadline`.
  void reconnect_by(std::chrono::steady_clock::time_point deadline);
  // Waits until the collector has read what it was given, at most until `deadline`; then ends the
  // stream, so that a partial last line is stored. What waits in memory goes to the fallback.
  void finish(std::chrono::steady_clock::time_point deadline);

 private:
  enum class Way : std::uint8_t { kOpen, kFull, kAbsent };
  struct Sent {
    std::size_t bytes = 0;
    bool is_lost = false;  // the connection
  };

  std::size_t relay_waiting(std::string_view bytes);
  void relay_or_drop(std::string_view bytes);
  void drop(std::string_view bytes);
  bool tell_drops();
  std::size_t relay_or_spool(std::string_view bytes);
  std::size_t pass_to_fallback(std::string_view bytes);
  void pass_queue_to_fallback();
  std::size_t leave_unpassed(std::string_view bytes, std::size_t done);
  std::size_t leave_behind(std::string_view bytes, std::size_t done);
  [[nodiscard]] std::size_t begun_line(std::string_view bytes, std::size_t at) const;

  Way make_way();
  [[nodiscard]] bool has_room() const;
  void wait_for_room();
  void settle(std::chrono::steady_clock::time_point deadline);
  bool try_connect();
  void tell_absence();
  bool flush_queue();
  bool drain_spool();
  std::size_t send_some(std::string_view bytes);
  Sent send_now(std::string_view bytes);
  void confirm();
  void lose_connection();
  bool put_aside(std::string_view bytes);
  [[nodiscard]] bool spools() const { return options_.spool && !options_.spool->empty(); }

  RelayOptions options_;
  base::UniqueFd stream_;
  std::string socket_path_;
  std::string last_failure_;    // of try_connect()
  bool is_absent_ = false;      // the last attempt to connect failed
  bool was_connected_ = false;  // at any time
  bool absence_told_ = false;   // kPass: and so the fallback is in use
  bool all_read_ = true;        // at the last look
  SentBytes sent_;
  std::string queue_;  // goes before everything else: what is sent again, the rest of a line
  bool ends_in_line_ = false;   // what was sent or queued last
  bool in_line_ = false;        // what was taken
  bool fullness_told_ = false;  // of the spool
  bool is_dropping_line_ = false;
  std::uint64_t dropped_ = 0;  // lines that were not reported yet
  bool has_failed_ = false;
  std::chrono::steady_clock::time_point next_attempt_;
  std::chrono::steady_clock::time_point patience_ends_;
  std::chrono::milliseconds pause_{0};  // before it
};

}  // namespace logq::supervise
