#include "client/transport_output.h"

#include "base/clock.h"
#include "client/parcel.h"

namespace logq::client {

void TransportOutput::add(Entry entry, std::uint64_t realtime_usec) {
  count_.settle(send(entry, realtime_usec));
}

bool TransportOutput::add_report(const Entry& entry, std::uint64_t realtime_usec) {
  return !is_dropped(send(entry, realtime_usec));
}

SendStatus TransportOutput::send(Entry entry, std::uint64_t realtime_usec) {
  const std::uint64_t now = base::Clock::system().now().realtime_usec;
  if (entry.realtime_usec == 0 && realtime_usec + kTimeMattersUsec < now)
    entry.realtime_usec = realtime_usec;
  const SendResult result = transport_->send(entry);
  has_receiver_ = result.status != SendStatus::kNoCollector;
  return result.status;
}

bool TransportOutput::is_received() const {
  return transport_->flush(std::chrono::milliseconds(0)) != FlushResult::kTimedOut;
}

}  // namespace logq::client
