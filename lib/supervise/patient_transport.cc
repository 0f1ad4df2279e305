#include "supervise/patient_transport.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "client/entry_encoder.h"

namespace logq::supervise {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Of what may be different in a moment.
bool may_be_taken_later(SendStatus status) {
  return status == SendStatus::kFull || status == SendStatus::kNoCollector;
}

}  // namespace

SendResult PatientTransport::send(const Entry& entry) noexcept {
  SendResult result{retry(), 0};
  if (waiting_.empty()) result = inner_->send(entry);
  if (!may_be_taken_later(result.status)) return result;
  return keep(entry) ? SendResult{SendStatus::kQueued, result.sys_errno} : result;
}

bool PatientTransport::keep(const Entry& entry) {
  try {
    Entry late = entry;
    if (late.realtime_usec == 0) late.realtime_usec = base::realtime_usec();
    std::string bytes;
    if (!client::append_native_entry(late, bytes) || bytes_ + bytes.size() > kMostBytes)
      return false;
    bytes_ += bytes.size();
    waiting_.push_back(std::move(bytes));
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

SendStatus PatientTransport::retry() noexcept try {
  while (!waiting_.empty()) {
    const SendResult result = inner_->send(reader_.read(waiting_.front()));
    if (may_be_taken_later(result.status)) return result.status;
    bytes_ -= waiting_.front().size();
    waiting_.pop_front();
  }
  return SendStatus::kSent;
} catch (const std::bad_alloc&) {
  return SendStatus::kFull;  // there may be memory later
}

FlushResult PatientTransport::flush(milliseconds timeout) noexcept {
  const FlushResult result = wait(is_stalled_ ? milliseconds(0) : timeout);
  is_stalled_ = result == FlushResult::kTimedOut;
  return result;
}

FlushResult PatientTransport::wait(milliseconds timeout) {
  constexpr milliseconds kNap{5};
  const auto deadline = steady_clock::now() + timeout;
  const auto left = [&] {
    return std::max(milliseconds(0),
                    std::chrono::ceil<milliseconds>(deadline - steady_clock::now()));
  };
  for (;;) {
    const SendStatus status = retry();
    if (status == SendStatus::kSent) return inner_->flush(left());
    if (status == SendStatus::kNoCollector) return FlushResult::kCollectorGone;
    if (left() == milliseconds(0)) return FlushResult::kTimedOut;
    std::this_thread::sleep_for(std::min(kNap, left()));
  }
}

}  // namespace logq::supervise
