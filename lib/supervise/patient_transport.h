// PatientTransport: entries of a supervisor. It must never wait for the collector, which may be
// what it is to start again; so what the collector does not take now is kept and sent later, in
// order.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>

#include "client/received_entry.h"
#include "logq/transport.h"

namespace logq::supervise {

class PatientTransport final : public Transport {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{1} << 20;

  // `inner` must not wait.
  explicit PatientTransport(std::unique_ptr<Transport> inner) : inner_(std::move(inner)) {}

  // kQueued where it is kept; beyond kMostBytes the entry is dropped, with inner's reason.
  SendResult send(const Entry& entry) noexcept override;
  // Sends what waits, as far as the collector takes it: kSent, or why that was not all.
  SendStatus retry() noexcept;
  // Waits for a collector that is busy, not for one that is not there; and after one wait in vain
  // no more until it has taken everything.
  FlushResult flush(std::chrono::milliseconds timeout) noexcept override;
  // The next flush() may wait in any case.
  void be_patient_again() { is_stalled_ = false; }
  [[nodiscard]] std::string describe_failure() const override { return inner_->describe_failure(); }
  // Entries kept.
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

 private:
  FlushResult wait(std::chrono::milliseconds timeout);
  bool keep(const Entry& entry);

  const std::unique_ptr<Transport> inner_;
  std::deque<std::string> waiting_;  // in the native protocol, with the times they were sent at
  std::size_t bytes_ = 0;
  bool is_stalled_ = false;
  client::ReceivedEntry reader_;
};

}  // namespace logq::supervise
