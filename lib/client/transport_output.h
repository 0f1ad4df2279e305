// TransportOutput: entries handed to a Transport one by one, by the thread of an asynchronous
// logger instead of the one that logs.
#pragma once

#include <memory>

#include "client/delivery_count.h"
#include "client/output.h"

namespace logq::client {

class TransportOutput final : public Output {
 public:
  TransportOutput(std::shared_ptr<Transport> transport, DeliveryCount& count)
      : transport_(std::move(transport)),
        count_(count) {}

  [[nodiscard]] bool has_room() const override { return true; }
  void add(Entry entry, std::uint64_t realtime_usec) override;
  [[nodiscard]] bool may_block() const override { return true; }
  bool add_report(const Entry& entry, std::uint64_t realtime_usec) override;
  bool advance(std::uint64_t /*now_usec*/) override { return false; }
  [[nodiscard]] bool is_received() const override;
  [[nodiscard]] bool has_receiver() const override { return has_receiver_; }
  void give_up() override {}
  void abandon() override {}
  [[nodiscard]] std::string describe_failure() const override {
    return transport_->describe_failure();
  }

 private:
  SendStatus send(Entry entry, std::uint64_t realtime_usec);

  const std::shared_ptr<Transport> transport_;
  DeliveryCount& count_;
  bool has_receiver_ = true;
};

}  // namespace logq::client
