// Where log entries go: the seam between the Logger and the world.
//
// A Transport takes one complete entry, brings it into its own format in a buffer of the calling
// thread and hands it over, without throwing and without blocking longer than it was told to. All
// implementations here may be used by any number of threads at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "logq/field.h"
#include "logq/priority.h"
#include "logq/thread_field.h"

namespace logq {

// One entry on its way. Everything is a view, valid for the duration of a call.
struct Entry {
  Priority priority = Priority::kInfo;
  std::string_view message;
  std::string_view identifier;      // SYSLOG_IDENTIFIER=
  std::string_view code_file;       // CODE_FILE=; empty: the CODE_ fields are left out
  std::string_view code_function;   // CODE_FUNC=; empty: left out
  std::uint32_t code_line = 0;      // CODE_LINE=
  std::uint64_t thread_id = 0;      // TID=; 0: left out
  std::uint64_t realtime_usec = 0;  // SOURCE_REALTIME_TIMESTAMP=, µs since 1970; 0: left out
  std::span<const Field> context;   // of the logger
  std::span<const Field> fields;    // of the call
  const ThreadField* thread_fields = nullptr;  // of the thread, the latest first
};

enum class SendStatus : std::uint8_t {
  kSent,         ///< handed to the collector (or written, where the transport is a stream)
  kFellBack,     ///< no collector: written to standard error instead
  kQueued,       ///< will be sent by the logger's thread (AsyncOptions)
  kFiltered,     ///< below the logger's level, by the caller's own wish
  kFull,         ///< dropped: the receiver did not take it within the policy's time
  kNoCollector,  ///< dropped: nobody listens, and there is no standard error either
  kTooLarge,     ///< dropped: beyond a limit of the protocol or of the system
  kFailed,       ///< dropped: anything else, see the errno
};

[[nodiscard]] constexpr bool is_dropped(SendStatus status) {
  return status >= SendStatus::kFull;
}

struct SendResult {
  SendStatus status = SendStatus::kSent;
  int sys_errno = 0;  // why it was not plainly sent; 0 when it was
};

enum class FlushResult : std::uint8_t {
  kFlushed,        ///< everything handed over has been taken by the receiver
  kTimedOut,       ///< some of it still waits
  kCollectorGone,  ///< nobody listens any more; what waited is lost
};

class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  // Delivers one entry. May change errno.
  virtual SendResult send(const Entry& entry) noexcept = 0;

  // Waits until what was sent has been taken by the receiver.
  virtual FlushResult flush(std::chrono::milliseconds timeout) noexcept = 0;

  // One line that says why the last entry was refused, for a human.
  [[nodiscard]] virtual std::string describe_failure() const = 0;
};

struct NativeOptions {
  // Path of the collector's datagram socket. Empty: LOGQ_SOCKET, and if that is not set the first
  // that answers of /run/systemd/journal/socket and the user's own collector. A path given here or
  // in LOGQ_SOCKET is the only one tried.
  std::string socket_path{};
  // The longest a call may wait while the collector's queue is full; 0 never waits. After one wait
  // in vain calls stop waiting until the collector takes something again.
  std::chrono::milliseconds max_block{1000};
  // How long a missing collector is left alone before the next attempt to connect.
  std::chrono::milliseconds reconnect_interval{100};
};

// The native journal protocol over datagrams: one system call per entry, a sealed memory file for
// entries that do not fit a datagram. Reports kNoCollector by itself; does not fall back.
std::unique_ptr<Transport> make_native_transport(const NativeOptions& options);

enum class LineFormat : std::uint8_t {
  kLevelPrefix,  ///< "<6>message NAME=value", every line of a message prefixed
  kJson,         ///< one JSON object per line, values as `logq -o json` shows them
  kLogfmt,       ///< time= level= msg= and all fields, names in lower case, one line
  kHuman,        ///< time, level, identifier, message, NAME=value; colours on a terminal
};

struct StreamOptions {
  int fd = 1;  // duplicated at once, so later redirections of it are not followed
  LineFormat format = LineFormat::kLevelPrefix;
  std::chrono::milliseconds max_block{1000};  // for a reader that does not read
};

// Lines on an open descriptor, usually standard output or standard error.
//
// kLogfmt: `time` is UTC to the microsecond, `level` one of emergency, alert, critical, error,
// warning, notice, info, debug; the application's fields TIME, LEVEL and MSG are x_time, x_level
// and x_msg. Quoting and escapes are those that Go's and Heroku's parsers know; what is no UTF-8
// becomes U+FFFD. kHuman: local time; further lines of a message are indented; control characters
// and what is no UTF-8 are shown as \x1b and never reach the terminal. It has colours where `fd` is
// a terminal, NO_COLOR is not set (or empty) and TERM is not "dumb".
std::unique_ptr<Transport> make_stream_transport(const StreamOptions& options);

// Sends by `primary`; while that has no collector or fails, by `fallback`, after one entry that
// says why.
std::unique_ptr<Transport> make_fallback_transport(std::unique_ptr<Transport> primary,
                                                   std::unique_ptr<Transport> fallback);

}  // namespace logq
