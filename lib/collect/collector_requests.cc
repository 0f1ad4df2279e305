// The part of Collector that does what operators ask for, and tells them how it stands.
#include <systemd/sd-daemon.h>

#include "base/clock.h"
#include "base/io.h"
#include "collect/collector.h"
#include "collect/limits.h"

namespace logq::collect {

// Whoever waits for a stamp relies on what it says, so a failure leaves none.
void Collector::sync_now() {
  if (storage_->sync()) stamp("synced");
}

void Collector::rotate_now() {
  if (storage_->rotate()) stamp("rotated");
  after_work();
}

void Collector::flush_now() {
  if (flush()) stamp("flushed");
  after_work();
}

// False when it failed; where there is nothing to flush it has not.
bool Collector::flush() {
  const auto flushed = storage_->flush([] { std::ignore = sd_notify(0, "WATCHDOG=1"); });
  if (!flushed.has_value()) return false;
  if (flushed->has_value()) {
    driver_->flushed(storage_->directory(), **flushed);
    report_usage();
  }
  return true;
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

// For `systemctl status`: one line, brought up to date now and then while something happens.
void Collector::tell_status() {
  const std::uint64_t dropped = drops_.total();
  const std::uint64_t suppressed = ingest_->rate_limiter().total();
  std::string status = "Storing nothing";
  if (storage_->place() != Storage::Place::kNowhere) {
    status = storage_->place() == Storage::Place::kVolatile ? "Collecting until a flush into "
                                                            : "Collecting into ";
    status += storage_->directory() + ", " + std::to_string(ingest_->stored()) + " entries";
  }
  if (dropped > 0) status += ", " + std::to_string(dropped) + " dropped";
  if (suppressed > 0) status += ", " + std::to_string(suppressed) + " suppressed";
  if (status == status_) return;
  const std::uint64_t now = ingest_->monotonic_usec();
  const std::uint64_t due = status_.empty() ? 0 : status_at_usec_ + kStatusIntervalUsec;
  if (now < due) {
    arm_timer(due - now);
    return;
  }
  status_ = status;
  status_at_usec_ = now;
  std::ignore = sd_notify(0, ("STATUS=" + status).c_str());
}

}  // namespace logq::collect
