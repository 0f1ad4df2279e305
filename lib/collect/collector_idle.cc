// The end of a collector that nobody uses.
#include <tuple>

#include <systemd/sd-daemon.h>

#include "collect/collector.h"
#include "collect/limits.h"

namespace logq::collect {

// As journald: only a namespace's collector, whose sockets stay, and not one that is to delete
// entries for their age.
Result<void> Collector::start_idle_exit(bool sockets_stay) {
  if (options_.log_namespace.empty() || !sockets_stay) return {};
  idle_ = std::make_unique<IdleExit>(
      [this]() -> std::optional<std::uint64_t> {
        const bool used = streams_->connections() + batches_->connections() +
                              control_->connections() + native_source_->files().waiting() >
                          0;
        if (used || options_.max_retention_usec > kIdleUsec) return std::nullopt;
        return ingest_->stored() + drops_.total();
      },
      [this] { stop(); }, kIdleUsec / IdleExit::kTicks);
  return named("event loop", idle_->start(event_.get()));
}

void Collector::stop() {
  std::ignore = sd_notify(0, "STOPPING=1\nSTATUS=Storing what was sent before the stop");
  drain();
  sd_event_exit(event_.get(), 0);
}

}  // namespace logq::collect
