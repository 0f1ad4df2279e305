// SipHash-2-4 with a 64-bit result, the keyed hash of DATA and FIELD objects (key: the file id).
// Algorithm: J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF", 2012.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace logq::base {

class SipHash24 {
 public:
  explicit SipHash24(const std::array<std::uint8_t, 16>& key);
  [[nodiscard]] std::uint64_t operator()(std::string_view bytes) const;

 private:
  std::uint64_t k0_;
  std::uint64_t k1_;
};

}  // namespace logq::base
