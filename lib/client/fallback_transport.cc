#include "client/fallback_transport.h"

#include <new>

namespace logq::client {

SendResult FallbackTransport::send(const Entry& entry) noexcept {
  return conclude(primary_->send(entry), entry);
}

SendResult FallbackTransport::conclude(SendResult result, const Entry& entry) noexcept {
  if (result.status == SendStatus::kSent) [[likely]] {
    if (is_outage()) explained_.store(false, std::memory_order_relaxed);
    return result;
  }
  if (result.status != SendStatus::kNoCollector && result.status != SendStatus::kFailed) {
    return result;
  }
  if (!explained_.exchange(true, std::memory_order_relaxed)) explain(entry);
  const SendResult second = fallback_->send(entry);
  if (second.status == SendStatus::kSent) return {SendStatus::kFellBack, result.sys_errno};
  return {second.status, result.sys_errno};
}

void FallbackTransport::explain(const Entry& entry) noexcept try {
  const std::string message = "logq: no log collector at " + primary_->describe_failure() +
                              "; entries follow here until it is back";
  Entry notice;
  notice.priority = Priority::kWarning;
  notice.identifier = entry.identifier;
  notice.message = message;
  fallback_->send(notice);
} catch (const std::bad_alloc&) {
  // The entry itself still follows.
}

FlushResult FallbackTransport::flush(std::chrono::milliseconds timeout) noexcept {
  // In an outage the entries are where the fallback put them.
  return is_outage() ? fallback_->flush(timeout) : primary_->flush(timeout);
}

}  // namespace logq::client

namespace logq {

std::unique_ptr<Transport> make_fallback_transport(std::unique_ptr<Transport> primary,
                                                   std::unique_ptr<Transport> fallback) {
  return std::make_unique<client::FallbackTransport>(std::move(primary), std::move(fallback));
}

}  // namespace logq
