// The part of Collector that serves the control socket: what its deeds are, what a sync waits for,
// and how the collector does.
#include <unistd.h>

#include "base/try.h"
#include "collect/collector.h"
#include "collect/limits.h"

namespace logq::collect {

// The source knows when it has stored what was queued.
Synchronizer::Input Collector::drain_of(DatagramInput& input) {
  return {[&input] { input.source->mark(); },
          [this, &input] {
            work(input);
            return input.source->has_stored_marked();
          }};
}

// One whose work() says whether something is left: with so many calls all that was there has been
// read, since no queue is longer.
Synchronizer::Input Collector::drain_of(std::function<bool()> work) {
  const auto calls_left = std::make_shared<std::size_t>(0);
  return {[calls_left] { *calls_left = kSyncBatchesMax; },
          [this, calls_left, work = std::move(work)] {
            const bool is_all = !work() || --*calls_left == 0;
            after_work();
            return is_all;
          }};
}

Result<void> Collector::open_control(base::UniqueFd listener) {
  rates_ = std::make_unique<RateSampler>([this] {
    return RateMeter::Totals{ingest_->stored(), storage_->written_bytes()};
  });
  LOGQ_TRY(named("event loop", rates_->start(event_.get())));

  std::vector<Synchronizer::Input> inputs;
  inputs.reserve(inputs_.size() + 4);
  for (DatagramInput* input : inputs_)
    inputs.push_back(input == &native_ ? files_for_sync() : drain_of(*input));
  inputs.push_back({[this] { streams_->mark(); },
                    [this] {
                      const bool is_all = streams_->store_marked();
                      after_work();
                      return is_all;
                    }});
  inputs.push_back({[this] { batches_->mark(); },
                    [this] {
                      const bool is_all = batches_->store_marked();
                      after_work();
                      return is_all;
                    }});
  if (kernel_ != nullptr) inputs.push_back(drain_of([this] { return kernel_->work(); }));
  if (audit_ != nullptr) inputs.push_back(drain_of([this] { return audit_->work(); }));
  synchronizer_ =
      std::make_unique<Synchronizer>(*sync_, std::move(inputs), [this] { stamp("synced"); });
  LOGQ_TRY(named("event loop", synchronizer_->start(event_.get())));

  ControlMethods::Deeds deeds;
  deeds.version = LOGQ_VERSION;
  deeds.synchronize = [this](Synchronizer::Done done) { synchronizer_->request(std::move(done)); };
  deeds.rotate = [this] { return rotate_now(); };
  deeds.flush = [this] { return flush_now(); };
  deeds.relinquish = [this] { return relinquish_now(); };
  deeds.status = [this] { return status(); };
  deeds.in_namespace = !options_.log_namespace.empty();
  control_ = std::make_unique<ControlServer>(ControlMethods(std::move(deeds)));
  return named("event loop", control_->start(std::move(listener), event_.get()));
}

std::string Collector::status() {
  const base::TimePair now = base::Clock::system().now();
  CollectorStatus status;
  status.version = LOGQ_VERSION;
  status.pid = ::getpid();
  status.log_namespace = options_.log_namespace;
  status.runtime_dir = options_.runtime_dir;
  status.started_realtime_usec = started_at_.realtime_usec;
  status.uptime_usec = now.monotonic_usec - started_at_.monotonic_usec;
  status.place = storage_->place();
  status.directory = storage_->directory();
  status.space = storage_->space();
  if (storage_->refuge().is_on()) {
    status.storage_trouble = options_.storage_dir + ": " + storage_->refuge().reason().message();
  }
  status.stored = rates_->totals();
  for (const std::uint64_t seconds : {1U, 10U, 60U})
    status.rates.push_back({seconds, rates_->over(seconds)});
  status.drops = &drops_;
  status.suppressed = ingest_->rate_limiter().total();
  status.queues = {{"native", queue_state(native_.source->fd())},
                   {"syslog", queue_state(syslog_.source->fd())},
                   {"batch", batches_->waiting_bytes() > 0 ? "waiting" : "empty"}};
  status.streams = streams_->connections();
  status.streams_max = kStreamsMax;
  status.stream_bytes_waiting = streams_->waiting_bytes();
  status.batch_connections = batches_->connections();
  status.batch_refused = batches_->refused();
  status.clients = clients_->size();
  status.last_sync = sync_->last();
  status.sync_failures = sync_->failures();
  status.control_connections = control_->connections();
  status.control_refused = control_->refused();
  return encode_status(status);
}

}  // namespace logq::collect
