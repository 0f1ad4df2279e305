// The part of Collector that does what operators ask for, and tells them how it stands.
#include <systemd/sd-daemon.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/try.h"
#include "collect/collector.h"
#include "collect/limits.h"

namespace logq::collect {

// Whoever waits for a stamp relies on what it says, so a failure leaves none. That of a sync comes
// with its end, whoever asked for it.
void Collector::sync_now() {
  synchronizer_->request([](const Result<void>& /*synced*/) {});
}

Result<void> Collector::rotate_now() {
  const auto rotated = storage_->rotate();
  if (rotated) stamp("rotated");
  after_work();
  return rotated;
}

Result<void> Collector::flush_now() {
  const auto flushed = flush();
  if (flushed) stamp("flushed");
  after_work();
  return flushed;
}

// Where there is nothing to flush it has not failed.
Result<void> Collector::flush() {
  const auto flushed = LOGQ_TRY(storage_->flush([] { std::ignore = sd_notify(0, "WATCHDOG=1"); }));
  if (flushed.has_value()) {
    driver_->flushed(storage_->directory(), *flushed);
    report_usage();
  }
  return {};
}

Result<void> Collector::relinquish_now() {
  if (LOGQ_TRY(storage_->relinquish())) report_usage();
  after_work();
  return {};
}

// A file with the time something was done, for those who asked for it and wait.
void Collector::stamp(const std::string& name) {
  const std::string path = options_.runtime_dir + "/" + name;
  const std::string text = std::to_string(base::Clock::system().now().monotonic_usec) + "\n";
  const auto written = base::replace_file(path, text, 0644);
  if (!written.has_value()) diagnose_(path + ": " + written.error().message());
}

void Collector::report_usage() {
  if (storage_->place() == Storage::Place::kNowhere) return;
  const bool is_volatile = storage_->place() == Storage::Place::kVolatile;
  driver_->usage(is_volatile ? "Runtime Journal" : "System Journal", storage_->space());
}

std::string Collector::describe_status(const Figures& figures) const {
  std::string status = "Storing nothing";
  if (figures.place != Storage::Place::kNowhere) {
    const bool awaits_flush =
        figures.place == Storage::Place::kVolatile && options_.storage != StorageMode::kVolatile;
    const std::string until = storage_->refuge().is_on()
                                  ? " until " + options_.storage_dir + " works again"
                                  : std::string(awaits_flush ? " until a flush" : "");
    status = "Collecting into " + storage_->directory() + until + ", " +
             std::to_string(figures.stored) + " entries";
  }
  if (figures.dropped > 0) status += ", " + std::to_string(figures.dropped) + " dropped";
  if (figures.suppressed > 0) status += ", " + std::to_string(figures.suppressed) + " suppressed";
  return status;
}

// For `systemctl status`: one line, brought up to date now and then while something happens.
void Collector::tell_status() {
  const Figures figures{storage_->place(), ingest_->stored(), drops_.total(),
                        ingest_->rate_limiter().total()};
  if (figures == status_) return;
  const std::uint64_t now = ingest_->monotonic_usec();
  const std::uint64_t due = status_.has_value() ? status_at_usec_ + kStatusIntervalUsec : 0;
  if (now < due) {
    // Once per interval, not for every entry.
    if (!status_timer_armed_) arm_timer(due - now);
    status_timer_armed_ = true;
    return;
  }
  status_ = figures;
  status_at_usec_ = now;
  std::ignore = sd_notify(0, ("STATUS=" + describe_status(figures)).c_str());
}

}  // namespace logq::collect
