// Collector: the whole of logqd behind its command line. Owns the store, the sources and the loop.
//
// Start it once, run it once. Everything but syncing and vacuuming happens on the caller's thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include "base/clock.h"
#include "collect/audit_source.h"
#include "collect/batch_source.h"
#include "collect/client_cache.h"
#include "collect/collector_status.h"
#include "collect/control_server.h"
#include "collect/datagram_source.h"
#include "collect/driver_messages.h"
#include "collect/drops.h"
#include "collect/forwarding_store.h"
#include "collect/forwards.h"
#include "collect/idle_exit.h"
#include "collect/ingest.h"
#include "collect/kernel_source.h"
#include "collect/native_source.h"
#include "collect/options.h"
#include "collect/rate_sampler.h"
#include "collect/socket_set.h"
#include "collect/storage.h"
#include "collect/storage_watch.h"
#include "collect/stream_area.h"
#include "collect/stream_keeper.h"
#include "collect/stream_source.h"
#include "collect/sync_worker.h"
#include "collect/synchronizer.h"
#include "collect/turn.h"
#include "collect/unit_claims.h"
#include "collect/working_directory.h"

namespace logq::collect {

class Collector {
 public:
  // Lines for the operator: warnings, and the reason when start() fails.
  using Diagnose = std::function<void(const std::string& line)>;

  Collector(CollectorOptions options, Diagnose diagnose);
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;
  ~Collector();

  // How to read the configuration again, for SIGHUP: as it was read for `options`, or nothing when
  // that fails, which is then diagnosed.
  using Reread = std::function<std::optional<CollectorOptions>()>;
  void reread_with(Reread reread) { reread_ = std::move(reread); }

  // Takes hold of the directories, recovers the store, stores what a killed predecessor had
  // received, and accepts. Blocks the signals it handles.
  // After a failure, which has been diagnosed, nothing of its own is left behind that a next start
  // would take for an unclean stop.
  Result<void> start();
  // Works until SIGTERM or SIGINT, then drains, closes the store and cleans up.
  Result<void> run();

 private:
  // The same, with a diagnosis of a failure.
  template <typename T>
  Result<T> named(const std::string& path, Result<T> result);

  Result<void> set_up();
  void abandon();
  Result<void> hold_runtime_directory();
  [[nodiscard]] std::string claimed_units() const;
  Result<void> open_storage();
  void make_sources();

  // What a predecessor left to go on with.
  struct Inheritance {
    SocketSet sockets;
    std::vector<RestoredStream> streams;
    std::optional<StreamArea> stream_area;
  };
  Result<void> take_descriptors(Inheritance& inherited);
  // What is received into (collector_areas.cc).
  struct ReceiveAreas {
    ReceiveArea native;
    ReceiveArea syslog;
    ReceiveArea batches;
    StreamArea streams;
  };
  Result<void> replay_predecessor(Inheritance& inherited);
  Result<ReceiveAreas> make_areas(Inheritance& inherited);
  Result<StreamArea> make_stream_area(Inheritance& inherited);
  // Kernel messages are collected where they can be had (collector_kernel.cc).
  void make_kernel_source(std::uint64_t tail_seqnum);
  void start_kernel_source();
  void start_audit_source(SocketSet& sockets);
  // Where else messages go (collector_forwards.cc).
  [[nodiscard]] Forwards::Options forward_options() const;
  void make_forwards();
  void change_forwards();  // as the options say now
  void report_missed(std::uint64_t now_usec);
  Result<void> open_sources(Inheritance inherited);
  Result<void> open_streams(Inheritance inherited, StreamArea area);
  // Entries that come as files (collector_files.cc).
  Result<void> start_files();
  void note_lost_files(ReceiveArea& area);
  bool drain_files();
  Synchronizer::Input files_for_sync();
  // The batch socket (collector_batches.cc).
  DatagramServices datagram_services();
  Result<void> make_batches();
  Result<void> open_batches(base::UniqueFd listener, ReceiveArea area);
  void remove_batch_files() const;
  Result<void> register_events();
  Result<void> register_signals();

  // A socket of datagrams with its place in the event loop and its receive area's file.
  struct DatagramInput {
    Collector* owner = nullptr;
    std::unique_ptr<DatagramSource> source;
    std::string area_path;
    sd_event_source* readable = nullptr;
    Turn more;
  };
  Result<void> register_input(DatagramInput& input);
  static int on_datagrams(sd_event_source* source, int fd, std::uint32_t events, void* input);
  static int on_timer(sd_event_source* source, std::uint64_t usec, void* self);
  static int on_signal(sd_event_source* source, const signalfd_siginfo* info, void* self);

  DatagramSource::Work work(DatagramInput& input);
  void after_work();
  void arm_timer(std::uint64_t usec);
  void keep_limits();
  void drain();
  // Takes in what was sent so far, and ends the loop (collector_idle.cc).
  void stop();
  Result<void> start_idle_exit(bool sockets_stay);
  // What a signal asks for (collector_requests.cc).
  void sync_now();
  Result<void> rotate_now();
  Result<void> flush_now();
  Result<void> flush();
  Result<void> relinquish_now();
  void stamp(const std::string& name);
  // The control socket and what it leads to (collector_control.cc).
  Result<void> open_control(base::UniqueFd listener);
  Synchronizer::Input drain_of(DatagramInput& input);
  Synchronizer::Input drain_of(std::function<bool()> work);
  [[nodiscard]] std::string status();
  // A changed configuration (collector_reload.cc).
  void apply_limits();
  void reload();
  void change_storage(StorageMode before);

  void report_usage();
  void tell_status();
  Result<void> finish();

  CollectorOptions options_;
  Diagnose diagnose_;
  std::optional<WorkingDirectory> runtime_;
  Id128 boot_id_;
  std::unique_ptr<Storage> storage_;
  Drops drops_;
  UnitClaims claims_;
  std::unique_ptr<Ingest> ingest_;
  std::unique_ptr<Forwards> forwards_;
  std::unique_ptr<ForwardingStore> forwarding_store_;
  std::unique_ptr<ClientCache> clients_;
  std::unique_ptr<StreamKeeper> keeper_;
  std::unique_ptr<DriverMessages> driver_;
  std::unique_ptr<StorageWatch> storage_watch_;
  std::unique_ptr<SyncWorker> sync_;

  struct EventDeleter {
    void operator()(sd_event* event) const { sd_event_unref(event); }
  };
  std::unique_ptr<sd_event, EventDeleter> event_;
  sd_event_source* timer_event_ = nullptr;
  std::vector<std::string> own_sockets_;
  DatagramInput native_;
  NativeSource* native_source_ = nullptr;  // that of native_
  DatagramInput syslog_;
  const std::array<DatagramInput*, 2> inputs_{&native_, &syslog_};
  std::unique_ptr<KernelSource> kernel_;
  std::unique_ptr<AuditSource> audit_;
  std::unique_ptr<StreamSource> streams_;
  std::unique_ptr<RateSampler> rates_;
  std::unique_ptr<Synchronizer> synchronizer_;
  std::unique_ptr<ControlServer> control_;
  base::TimePair started_at_;
  Reread reread_;
  std::unique_ptr<BatchSource> batches_;
  std::unique_ptr<IdleExit> idle_;
  std::size_t streams_left_ = 0;  // at the end: a successor goes on with them

  // What the last status said, and when.
  struct Figures {
    Storage::Place place = Storage::Place::kNowhere;
    std::uint64_t stored = 0;
    std::uint64_t dropped = 0;
    std::uint64_t suppressed = 0;
    friend bool operator==(const Figures&, const Figures&) = default;
  };
  [[nodiscard]] std::string describe_status(const Figures& figures) const;
  std::optional<Figures> status_;
  std::uint64_t status_at_usec_ = 0;
  bool status_timer_armed_ = false;
};

template <typename T>
Result<T> Collector::named(const std::string& path, Result<T> result) {
  if (!result.has_value()) diagnose_(path + ": " + result.error().message());
  return result;
}

}  // namespace logq::collect
