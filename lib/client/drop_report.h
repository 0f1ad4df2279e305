// DropReport: the entry that tells how many entries the client has dropped, and why.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "client/delivery_count.h"
#include "logq/transport.h"

namespace logq::client {

class DropReport {
 public:
  // The identifier must outlive the report.
  DropReport(const DeliveryCount::PerStatus& drops, std::string_view identifier);
  DropReport(const DropReport&) = delete;
  DropReport& operator=(const DropReport&) = delete;

  [[nodiscard]] std::uint64_t total() const { return total_; }
  // Views into the report.
  [[nodiscard]] Entry entry() const;

 private:
  std::uint64_t total_ = 0;
  std::array<char, 64> text_{};
  std::size_t text_size_ = 0;
  std::string_view identifier_;
  std::array<Field, 6> fields_;
};

}  // namespace logq::client
