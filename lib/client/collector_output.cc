#include "client/collector_output.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

#include "client/received_entry.h"
#include "wire/native_protocol.h"

namespace logq::client {
namespace {

// The batch socket has its place beside the native one (docs/batch-protocol.md).
SocketCandidate beside(const SocketCandidate& native) {
  const std::size_t slash = native.path.rfind('/');
  const std::string directory = slash == std::string::npos ? "" : native.path.substr(0, slash + 1);
  return {directory + "logq", native.must_be_private};
}

}  // namespace

CollectorOutput::Place::Place(const SocketCandidate& candidate, SocketCalls& calls)
    : socket(candidate),
      batches(beside(candidate), calls),
      datagrams(candidate, calls) {}

CollectorOutput::CollectorOutput(const CollectorOutputOptions& options,
                                 std::vector<SocketCandidate> candidates,
                                 std::unique_ptr<Transport> fallback,
                                 DeliveryCount& count,
                                 SocketCalls& calls)
    : options_(options),
      fallback_(std::move(fallback)),
      count_(count),
      calls_(calls) {
  for (const SocketCandidate& candidate : candidates)
    places_.push_back(std::make_unique<Place>(candidate, calls));
}

void CollectorOutput::add(Entry entry, std::uint64_t realtime_usec) {
  // Into the bytes of an entry that is late already: later they would all have to be moved.
  if (entry.realtime_usec == 0 && realtime_usec + kTimeMattersUsec < now_usec_)
    entry.realtime_usec = realtime_usec;
  if (!parcels_.add(entry, realtime_usec)) count_.settle(SendStatus::kTooLarge);
}

bool CollectorOutput::add_report(const Entry& entry, std::uint64_t realtime_usec) {
  return parcels_.add_report(entry, realtime_usec);
}

bool CollectorOutput::is_received() const {
  return place_ == nullptr || place_->datagrams.is_received();
}

bool CollectorOutput::has_receiver() const {
  return place_ != nullptr;
}

bool CollectorOutput::advance(std::uint64_t now_usec) {
  now_usec_ = now_usec;
  if (place_ == nullptr) {
    const Time now = calls_.now();
    if (parcels_.empty()) return false;  // nobody is looked for in vain
    if (!connect(now)) return fall_back(now);
  }
  return by_batches_ ? advance_batches(now_usec) : advance_datagrams(now_usec, Parcels::kMostBytes);
}

bool CollectorOutput::connect(Time now) {
  if (now < next_attempt_) return false;
  if (away_since_ == Time{}) away_since_ = now;
  int first_error = 0;
  for (const auto& place : places_) {
    if (connect_to(*place, now)) {
      place_ = place.get();
      had_receiver_ = true;
      had_batches_ = by_batches_;
      explained_ = false;
      away_since_ = {};
      return true;
    }
    // The first is the collector people expect, so its refusal is the one that is explained.
    if (first_error == 0) first_error = last_errno_.load(std::memory_order_relaxed);
  }
  last_errno_.store(first_error, std::memory_order_relaxed);
  next_attempt_ = now + options_.reconnect_interval;
  return false;
}

bool CollectorOutput::connect_to(Place& place, Time now) {
  by_batches_ = false;
  if (place.batches.state() == BatchLink::State::kClosed) {
    const int code = place.batches.connect();
    by_batches_ = code == 0;
    if (by_batches_) return true;
    // What a collector leaves behind that is being restarted: it will be back there.
    const bool may_return = had_batches_ && now - away_since_ < options_.batch_patience;
    if (may_return) {
      last_errno_.store(-code, std::memory_order_relaxed);
      return false;
    }
  }
  const int code = place.datagrams.connect();
  if (code < 0) last_errno_.store(-code, std::memory_order_relaxed);
  return code == 0;
}

void CollectorOutput::disconnected(Time now) {
  place_->batches.forgive();  // the next collector there may want them, or this one have room
  place_ = nullptr;
  away_since_ = now;
  next_attempt_ = now;
}

bool CollectorOutput::advance_batches(std::uint64_t now_usec) {
  BatchLink& link = place_->batches;
  const std::uint64_t before = parcels_.entries();
  const std::uint64_t under_way = link.under_way();
  const BatchLink::Outcome outcome = link.advance(parcels_, now_usec);
  const std::uint64_t done = before - parcels_.entries();
  const std::uint64_t lost = std::min(outcome.lost, done);
  const std::uint64_t unwanted = std::min(outcome.unwanted, done - lost);
  if (done > lost + unwanted) count_.settle(SendStatus::kSent, done - lost - unwanted);
  if (lost > 0) count_.settle(SendStatus::kFailed, lost);
  count_.settle_unwanted(unwanted);
  switch (link.state()) {
    case BatchLink::State::kRefused:
      by_batches_ = false;
      had_batches_ = false;
      if (place_->datagrams.is_open() || place_->datagrams.connect() == 0) return true;
      disconnected(calls_.now());
      return true;
    case BatchLink::State::kClosed:
      place_->datagrams.close();
      disconnected(calls_.now());
      return true;
    default:
      break;
  }
  // What is no batch goes to the datagram socket, once what is before it is acknowledged.
  if (link.state() == BatchLink::State::kOpen && link.under_way() == 0 && !parcels_.empty() &&
      !link.takes(parcels_.front())) {
    if (!place_->datagrams.is_open() && place_->datagrams.connect() < 0) return false;
    return advance_datagrams(now_usec, 1);
  }
  return done > 0 || link.under_way() != under_way;
}

bool CollectorOutput::advance_datagrams(std::uint64_t now_usec, std::size_t parcels_at_most) {
  const DatagramLink::Outcome outcome =
      place_->datagrams.advance(parcels_, now_usec, parcels_at_most);
  if (outcome.sent > 0) count_.settle(SendStatus::kSent, outcome.sent);
  if (outcome.too_large > 0) count_.settle(SendStatus::kTooLarge, outcome.too_large);
  if (outcome.error != 0) {
    last_errno_.store(outcome.error, std::memory_order_relaxed);
    if (!by_batches_) disconnected(calls_.now());
  }
  return outcome.sent + outcome.too_large > 0 || outcome.error != 0;
}

// Whether anything was done: what cannot wait any longer goes to standard error.
bool CollectorOutput::fall_back(Time now) {
  const auto patience = had_receiver_ ? options_.outage_patience : std::chrono::milliseconds(0);
  if (now - away_since_ < patience) return false;
  while (!parcels_.empty()) {
    send_to_fallback(parcels_.front());
    parcels_.pop_front();
  }
  return true;
}

void CollectorOutput::send_to_fallback(Parcel& parcel) {
  ReceivedEntry received;
  for (std::size_t i = parcel.sent; i < parcel.size(); ++i) {
    SendResult result{SendStatus::kNoCollector, 0};
    if (fallback_ != nullptr) {
      const Entry& entry = received.read(parcel.entry(i));
      if (!std::exchange(explained_, true)) explain(*fallback_, entry.identifier);
      result = fallback_->send(entry);
    }
    if (parcel.is_report) continue;
    count_.settle(result.status == SendStatus::kSent ? SendStatus::kFellBack : result.status);
  }
}

void CollectorOutput::explain(Transport& fallback, std::string_view identifier) noexcept try {
  const std::string message =
      "logq: no log collector at " + describe_failure() + "; entries follow here until it is back";
  Entry notice;
  notice.priority = Priority::kWarning;
  notice.identifier = identifier;
  notice.message = message;
  fallback.send(notice);
} catch (const std::bad_alloc&) {
  // The entry itself still follows.
}

void CollectorOutput::give_up() {
  if (parcels_.entries() == 0) return;
  if (fallback_ != nullptr && place_ == nullptr) {
    while (!parcels_.empty()) {
      send_to_fallback(parcels_.front());
      parcels_.pop_front();
    }
    return;
  }
  count_.settle(place_ == nullptr ? SendStatus::kNoCollector : SendStatus::kFull,
                parcels_.entries());
  while (!parcels_.empty())
    parcels_.pop_front();
}

void CollectorOutput::abandon() {
  for (const auto& place : places_) {
    place->batches.close();
    place->datagrams.close();
  }
}

std::string CollectorOutput::describe_failure() const {
  const int number = last_errno_.load(std::memory_order_relaxed);
  return places_.front()->socket.path + ": " + std::generic_category().message(number);
}

}  // namespace logq::client
