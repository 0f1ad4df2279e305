// FallbackTransport: a visible way out when the collector is away.
//
// Entries that `primary` cannot deliver because nobody listens, or because of a failure that is not
// a full queue, go to `fallback`; the first of an outage is preceded by an entry that says why.
// A full queue is not an outage: those entries are counted as dropped. Thread-safe.
#pragma once

#include <atomic>
#include <memory>

#include "logq/transport.h"

namespace logq::client {

class FallbackTransport final : public Transport {
 public:
  FallbackTransport(std::unique_ptr<Transport> primary, std::unique_ptr<Transport> fallback)
      : primary_(std::move(primary)),
        fallback_(std::move(fallback)) {}

  SendResult send(const Entry& entry) noexcept override;
  // What send() does once `primary` has answered, for who has asked it.
  SendResult conclude(SendResult result, const Entry& entry) noexcept;
  // Whether entries have gone to the fallback lately; else there is nothing to do about one that
  // was sent.
  [[nodiscard]] bool is_outage() const { return explained_.load(std::memory_order_relaxed); }

  FlushResult flush(std::chrono::milliseconds timeout) noexcept override;
  [[nodiscard]] std::string describe_failure() const override {
    return primary_->describe_failure();
  }

 private:
  void explain(const Entry& entry) noexcept;

  const std::unique_ptr<Transport> primary_;
  const std::unique_ptr<Transport> fallback_;
  std::atomic<bool> explained_{false};  // this outage; relaxed, it guards nothing else
};

}  // namespace logq::client
