// CollectorStatus: how the collector does, for operators and monitoring, and its form in JSON, the
// reply of io.logq.Collector.Status (lib/collect/control_interfaces.cc describes the members).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/drops.h"
#include "collect/rate_meter.h"
#include "collect/space_keeper.h"
#include "collect/storage.h"
#include "collect/sync_worker.h"

namespace logq::collect {

struct CollectorStatus {
  std::string_view version;
  pid_t pid = 0;
  std::string log_namespace;
  std::string runtime_dir;
  std::uint64_t started_realtime_usec = 0;
  std::uint64_t uptime_usec = 0;

  Storage::Place place = Storage::Place::kNowhere;
  std::string directory;
  SpaceReport space;
  std::optional<std::string> storage_trouble;  // why volatile storage is a refuge

  RateMeter::Totals stored;
  struct Rate {
    std::uint64_t seconds = 0;
    RateMeter::Rate rate;
  };
  std::vector<Rate> rates;

  const Drops* drops = nullptr;  // not null
  std::uint64_t suppressed = 0;

  struct Queue {
    std::string_view socket;
    std::string_view state;  // "empty", "waiting", "full"
  };
  std::vector<Queue> queues;
  std::size_t streams = 0;
  std::size_t streams_max = 0;
  std::uint64_t stream_bytes_waiting = 0;
  std::size_t batch_connections = 0;
  std::uint64_t batch_refused = 0;
  std::size_t clients = 0;

  SyncWorker::Last last_sync;
  std::uint64_t sync_failures = 0;
  std::size_t control_connections = 0;
  std::uint64_t control_refused = 0;
};

// One JSON object.
[[nodiscard]] std::string encode_status(const CollectorStatus& status);

// How the queue of a socket of datagrams is, as seen from the socket that receives: "full" while
// senders have to wait.
[[nodiscard]] std::string_view queue_state(int socket);

}  // namespace logq::collect
