// logq-cat -D: lines into journal files of a directory of its own, without a collector.
//
// An entry that was appended survives a kill of this process; the files are made durable a second
// later. While nothing can be stored, because the disk is full, lines wait where they are, in the
// pipe.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "collect/sync_worker.h"
#include "journal/store.h"
#include "journal/vacuum.h"
#include "logq_run/line_entry.h"
#include "logq_run/line_sink.h"
#include "logq_run/options.h"
#include "supervise/supervisor_status.h"

namespace logq::cli {

class StoreSink final : public LineSink {
 public:
  // Makes the directory where it is missing. Errors: kBusy (another logger has it), kSystem.
  static Result<std::unique_ptr<StoreSink>> open(const Options& options,
                                                 std::function<bool()> stop_requested);

  std::size_t take(std::string_view bytes) override;
  [[nodiscard]] bool has_failed() const override { return false; }  // it waits
  int look_after() override { return -1; }
  void rotate() override;
  void begin_anew() override;
  void finish() override;

 private:
  StoreSink(const Options& options,
            std::unique_ptr<journal::Store> store,
            std::function<bool()> stop_requested);

  std::optional<wire::StreamLine> next_line(std::string_view bytes) const;
  bool store_line(const wire::StreamLine& line);
  bool store_in_pieces(const wire::StreamLine& line);
  bool append(std::string_view text, wire::LineBreak line_break);
  bool wait_for_room(const Error& error);
  void keep_limits();
  Result<void> sync();
  void say(const std::string& line) const;

  const std::string directory_;
  const std::size_t line_max_;
  const bool keeps_nul_;
  const std::function<bool()> stop_requested_;
  journal::VacuumLimits limits_;
  LineEntry entry_;
  Id128 boot_id_;
  supervise::SupervisorStatus supervisor_{"../supervise/status"};
  std::unique_ptr<journal::Store> store_;
  std::uint64_t rotations_ = 0;
  std::string partial_;  // the beginning of a line
  std::optional<Error> trouble_;
  std::chrono::steady_clock::time_point next_complaint_;
  bool sync_failed_ = false;                   // of the thread that syncs
  std::unique_ptr<collect::SyncWorker> sync_;  // last: it uses the store
};

}  // namespace logq::cli
