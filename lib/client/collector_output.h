// CollectorOutput: entries on their way to a collector, by batches where it takes those, else by
// datagrams, and to standard error where there is none.
//
// Entries are kept until the collector has acknowledged them (batches) or the kernel has taken them
// (datagrams). While a collector that was there is away, they wait for it for a while.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "client/batch_link.h"
#include "client/datagram_link.h"
#include "client/delivery_count.h"
#include "client/output.h"
#include "client/parcel.h"

namespace logq::client {

struct CollectorOutputOptions {
  std::chrono::milliseconds reconnect_interval{100};
  // How long a collector that was there may be away before entries go to `fallback`; one that never
  // was is not waited for.
  std::chrono::milliseconds outage_patience{5000};
  // How long batches wait for a collector that takes them, before its datagram socket will do.
  std::chrono::milliseconds batch_patience{1000};
};

class CollectorOutput final : public Output {
 public:
  // Borrows the count and the calls. `fallback` may be null: entries are dropped then.
  CollectorOutput(const CollectorOutputOptions& options,
                  std::vector<SocketCandidate> candidates,
                  std::unique_ptr<Transport> fallback,
                  DeliveryCount& count,
                  SocketCalls& calls);

  [[nodiscard]] bool has_room() const override { return parcels_.has_room(); }
  void add(Entry entry, std::uint64_t realtime_usec) override;
  [[nodiscard]] bool may_block() const override { return false; }
  bool add_report(const Entry& entry, std::uint64_t realtime_usec) override;
  bool advance(std::uint64_t now_usec) override;
  [[nodiscard]] bool is_received() const override;
  [[nodiscard]] bool has_receiver() const override;
  void give_up() override;
  void abandon() override;
  [[nodiscard]] std::string describe_failure() const override;

 private:
  // One place where a collector may be.
  struct Place {
    Place(const SocketCandidate& socket, SocketCalls& calls);
    SocketCandidate socket;
    BatchLink batches;
    DatagramLink datagrams;
  };
  using Time = std::chrono::steady_clock::time_point;

  bool connect(Time now);
  bool connect_to(Place& place, Time now);
  void disconnected(Time now);
  bool advance_batches(std::uint64_t now_usec);
  bool advance_datagrams(std::uint64_t now_usec, std::size_t parcels_at_most);
  bool fall_back(Time now);
  void send_to_fallback(Parcel& parcel);
  void explain(Transport& fallback, std::string_view identifier) noexcept;

  const CollectorOutputOptions options_;
  std::vector<std::unique_ptr<Place>> places_;
  const std::unique_ptr<Transport> fallback_;
  DeliveryCount& count_;
  SocketCalls& calls_;
  Parcels parcels_;
  Place* place_ = nullptr;      // where we are connected
  bool by_batches_ = false;     // there; else by datagrams
  bool had_receiver_ = false;   // at any time
  bool had_batches_ = false;    // of the last collector
  bool explained_ = false;      // of this outage
  std::uint64_t now_usec_ = 0;  // of the last advance()
  Time away_since_{};           // where place_ is null
  Time next_attempt_{};
  std::atomic<int> last_errno_{0};
};

}  // namespace logq::client
