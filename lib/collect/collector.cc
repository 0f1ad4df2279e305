#include "collect/collector.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <set>
#include <utility>

#include <systemd/sd-daemon.h>

#include "base/descriptor_limit.h"
#include "base/host_name.h"
#include "base/ids.h"
#include "base/io.h"
#include "base/try.h"
#include "collect/limits.h"
#include "collect/log_settings.h"
#include "collect/native_source.h"
#include "collect/receive_area.h"
#include "collect/syslog_source.h"
#include "wire/log_settings.h"

namespace logq::collect {
namespace {

constexpr std::uint64_t kQueueLimitWanted = 512;

}  // namespace

Collector::Collector(CollectorOptions options, Diagnose diagnose)
    : options_(std::move(options)),
      diagnose_(std::move(diagnose)) {}

Collector::~Collector() {
  control_.reset();
  synchronizer_.reset();
  rates_.reset();
  idle_.reset();
  storage_watch_.reset();
  sync_.reset();  // before the store it syncs
  batches_.reset();
  streams_.reset();
  kernel_.reset();
  audit_.reset();
  keeper_.reset();
  forwards_.reset();
  for (DatagramInput* input : inputs_) {
    sd_event_source_disable_unref(input->readable);
    input->more.stop();
  }
  sd_event_source_disable_unref(timer_event_);
}

Result<void> Collector::start() {
  const auto done = set_up();
  if (!done.has_value()) abandon();
  return done;
}

// What was received and not stored stays in the runtime directory for the next start.
void Collector::abandon() {
  sync_.reset();
  if (storage_ != nullptr) std::ignore = storage_->close();
  for (const std::string& path : own_sockets_)
    std::ignore = ::unlink(path.c_str());
  if (runtime_.has_value()) runtime_->remove_lock_file();
}

Result<void> Collector::set_up() {
  base::raise_descriptor_limit();
  boot_id_ = base::boot_id();
  started_at_ = base::Clock::system().now();
  LOGQ_TRY(register_signals());
  LOGQ_TRY(hold_runtime_directory());
  if (const auto id = base::read_machine_id(); !id.has_value()) {
    diagnose_("/etc/machine-id: " + id.error().message() +
              "; entries have no _MACHINE_ID= until there is one at the next start");
  }
  LOGQ_TRY(open_storage());
  make_sources();
  LOGQ_TRY(make_batches());
  Inheritance inherited;
  LOGQ_TRY(take_descriptors(inherited));
  LOGQ_TRY(replay_predecessor(inherited));
  LOGQ_TRY(open_sources(std::move(inherited)));
  LOGQ_TRY(named("event loop", register_events()));
  driver_->started();
  report_usage();
  after_work();
  std::ignore = sd_notify(0, "READY=1");
  return {};
}

Result<void> Collector::hold_runtime_directory() {
  runtime_ = LOGQ_TRY(
      named(options_.runtime_dir, WorkingDirectory::hold(options_.runtime_dir, "logqd.pid")));
  return named(options_.runtime_dir + "/logqd.pid",
               runtime_->write(std::to_string(::getpid()) + "\n"));
}

// Where logq-run leaves settings of units; empty where there can be no such place.
std::string Collector::claimed_units() const {
  const auto directory = make_log_settings_directory(options_.runtime_dir);
  if (directory.has_value()) return *directory;
  diagnose_(options_.runtime_dir + "/" + std::string(wire::kSettingsDirectory) + ": " +
            directory.error().message() + "; settings that logq-run leaves there do not count");
  return {};
}

Result<void> Collector::open_storage() {
  storage_ = std::make_unique<Storage>(options_, diagnose_);
  LOGQ_TRY(storage_->open());
  const auto interval = std::min(options_.sync_interval_usec, options_.sync_interval_max_usec);
  sync_ =
      std::make_unique<SyncWorker>([this] { return storage_->sync(); }, SyncWorker::Usec(interval));
  if (!sync_->has_thread()) {
    diagnose_(
        "no thread can be had (a limit on processes or memory): while that is so, collecting "
        "waits for every sync");
  }
  return {};
}

void Collector::make_sources() {
  const HostFields host{boot_id_, base::machine_id(), base::host_name(), options_.log_namespace};
  make_forwards();
  forwarding_store_ = std::make_unique<ForwardingStore>(*storage_, forwards_->socket());
  ingest_ = std::make_unique<Ingest>(*forwarding_store_, base::Clock::system(), host, drops_);
  ingest_->set_split_mode(options_.split_mode.value_or(SplitMode::kNone));
  ProcessSources processes;
  processes.tell_apart = options_.process_handles != ProcessHandles::kNever;
  processes.claimed_units = claimed_units();
  clients_ = std::make_unique<ClientCache>(processes, claims_, ClientCache::default_capacity());
  driver_ = std::make_unique<DriverMessages>(*ingest_, *clients_, drops_);
  storage_watch_ = std::make_unique<StorageWatch>(*storage_, *driver_, drops_);
  apply_limits();
  ingest_->set_available_bytes(storage_->available_bytes());
  const DatagramServices services = datagram_services();
  auto native = std::make_unique<NativeSource>(services);
  native_source_ = native.get();
  native_.source = std::move(native);
  native_.area_path = options_.runtime_dir + "/receive";
  syslog_.source = std::make_unique<SyslogSource>(services);
  syslog_.area_path = options_.runtime_dir + "/receive-syslog";
  const char* manager = ::getenv("NOTIFY_SOCKET");
  keeper_ = std::make_unique<StreamKeeper>(options_.runtime_dir + "/streams",
                                           manager != nullptr ? manager : "");
  streams_ = std::make_unique<StreamSource>(
      StreamServices{*ingest_, *clients_, drops_, options_.line_max, ::geteuid(), forwards_.get(),
                     keeper_.get(), started_at_.realtime_usec},
      claims_);
}

Result<void> Collector::take_descriptors(Inheritance& inherited) {
  inherited.sockets = LOGQ_TRY(named("LISTEN_FDS", take_passed_sockets()));
  if (const std::size_t unknown = inherited.sockets.passed_unknown; unknown > 0) {
    diagnose_(std::to_string(unknown) + " passed descriptors are of no use, closed");
  }
  auto restored = keeper_->restore(std::exchange(inherited.sockets.connections, {}));
  if (restored.unknown > 0) {
    diagnose_(std::to_string(restored.unknown) + " passed streams have no state in " +
              options_.runtime_dir + "/streams, closed");
    drops_.add(DropCause::kStreamUnknown, restored.unknown);
  }
  inherited.streams = std::move(restored.streams);
  return {};
}

Result<void> Collector::open_sources(Inheritance inherited) {
  // What needs room has it before anybody can find a socket.
  ReceiveAreas areas = LOGQ_TRY(make_areas(inherited));
  SocketSet& sockets = inherited.sockets;
  // A socket has the limit of the moment and the network it was made in.
  const bool makes_some = !sockets.native.is_open() || !sockets.syslog.is_open();
  if (const std::uint64_t limit = makes_some ? raise_datagram_queue_limit() : 0;
      limit != 0 && limit < kQueueLimitWanted) {
    diagnose_("net.unix.max_dgram_qlen is " + std::to_string(limit) +
              ": senders will wait often, raise it to 512");
  }
  LOGQ_TRY(named(options_.runtime_dir, open_missing_sockets(options_.runtime_dir, sockets)));
  own_sockets_ = sockets.own_paths;

  sd_event* event = nullptr;
  if (const int status = sd_event_new(&event); status < 0) {
    return named("event loop", Result<void>(fail(Error::system(-status, "sd_event_new"))));
  }
  event_.reset(event);
  sd_event_set_watchdog(event, 1);  // for half of WATCHDOG_USEC; nothing where it is not set
  native_.source->start(std::move(sockets.native), std::move(areas.native));
  syslog_.source->start(std::move(sockets.syslog), std::move(areas.syslog));
  clients_->on_unknown([this] { streams_->adopt_waiting(); });
  streams_->on_activity([this] { after_work(); });
  LOGQ_TRY(named("event loop", start_files()));
  LOGQ_TRY(named("event loop", forwards_->start(event_.get())));
  LOGQ_TRY(named("event loop", storage_watch_->start(
                                   event_.get(), [this] { after_work(); },
                                   [] { std::ignore = sd_notify(0, "WATCHDOG=1"); })));
  start_kernel_source();
  start_audit_source(inherited.sockets);
  LOGQ_TRY(open_batches(std::move(sockets.batches), std::move(areas.batches)));
  const bool sockets_stay = sockets.any_passed;
  LOGQ_TRY(open_streams(std::move(inherited), std::move(areas.streams)));
  return start_idle_exit(sockets_stay);
}

Result<void> Collector::open_streams(Inheritance inherited, StreamArea area) {
  LOGQ_TRY(named("event loop", streams_->start(std::move(inherited.sockets.streams),
                                               std::move(area), event_.get())));
  keeper_->start(event_.get());
  streams_->restore(std::move(inherited.streams));
  return open_control(std::move(inherited.sockets.control));
}

Result<void> Collector::run() {
  // Only now, since it may take longer than a service manager waits for READY.
  if (storage_->is_flush_due()) {
    std::ignore = flush();
    after_work();
  }
  const int status = sd_event_loop(event_.get());
  if (status < 0) {
    return named("event loop", Result<void>(fail(Error::system(-status, "sd_event_loop"))));
  }
  return finish();
}

DatagramSource::Work Collector::work(DatagramInput& input) {
  const DatagramSource::Work done = input.source->work();
  input.more.set(done == DatagramSource::Work::kMore);
  after_work();
  return done;
}

// Once per piece of work, so that syncing and waking cost nothing per entry.
void Collector::after_work() {
  keep_limits();
  const Ingest::Activity activity = ingest_->take_activity();
  if (activity.entries == 0) return;
  rates_->note_work();
  sync_->request(activity.critical ? SyncWorker::Urgency::kNow : SyncWorker::Urgency::kSoon);
  storage_->wake_followers();
}

// What is due at intervals, whoever was worked for.
void Collector::keep_limits() {
  driver_->report_drops(ingest_->monotonic_usec());
  if (drops_.has_unreported()) arm_timer(kDropReportIntervalUsec);
  const std::uint64_t now = ingest_->monotonic_usec();
  report_missed(now);
  if (forwards_->has_unreported()) arm_timer(kForwardReportIntervalUsec);
  driver_->report_suppressed(now);
  if (const auto end = ingest_->rate_limiter().next_end_usec()) {
    arm_timer(*end < now ? 0 : *end - now + 1);
  }
  storage_->tend(now);
  storage_watch_->note_work();
  ingest_->set_available_bytes(storage_->available_bytes());
  tell_status();
}

void Collector::drain() {
  const std::uint64_t deadline = base::Clock::system().now().monotonic_usec + kDrainLimitUsec;
  batches_->stop_senders();
  bool busy = true;
  if (kernel_ != nullptr) kernel_->catch_up();
  if (audit_ != nullptr) audit_->work();
  while (busy && base::Clock::system().now().monotonic_usec < deadline) {
    busy = streams_->drain_once();
    busy = batches_->drain_once() || busy;
    for (const DatagramInput* input : inputs_)
      busy = input->source->work() != DatagramSource::Work::kIdle || busy;
    busy = drain_files() || busy;
    after_work();
  }
  for (const DatagramInput* input : inputs_)
    input->source->finish_received();  // also beyond the time limit: it is nowhere else
  batches_->close_all();
  keeper_->send_waiting();
  streams_left_ = streams_->close_all();
}

Result<void> Collector::finish() {
  // Intervals do not outlive us: what was dropped or suppressed would be told by nobody.
  constexpr auto kEndOfTime = std::numeric_limits<std::uint64_t>::max();
  storage_watch_->finish();
  driver_->report_drops(kEndOfTime);
  driver_->report_suppressed(kEndOfTime);
  forwards_->finish();
  report_missed(kEndOfTime);
  driver_->stopped();
  const auto closed = storage_->close();  // which syncs
  synchronizer_->finish(closed);
  synchronizer_.reset();
  sync_.reset();
  for (const std::string& path : own_sockets_)
    std::ignore = ::unlink(path.c_str());
  // Nothing is left to replay. The files stay when the store could not be closed, for a look.
  if (closed.has_value()) {
    for (const DatagramInput* input : inputs_)
      std::ignore = ::unlink(input->area_path.c_str());
    remove_batch_files();
    if (streams_left_ == 0) {
      std::ignore = ::unlink((options_.runtime_dir + "/receive-streams").c_str());
    }
  }
  runtime_->remove_lock_file();
  return closed;
}

}  // namespace logq::collect
