#include "journal/xor_hash.h"

#include <array>
#include <bit>

namespace logq::journal {
namespace {

// The values that are XORs of some of those added: Gaussian elimination over GF(2).
class XorSpan {
 public:
  void add(std::uint64_t value) {
    value = reduce(value);
    if (value != 0) basis_[highest_bit(value)] = value;
  }
  [[nodiscard]] bool contains(std::uint64_t value) const { return reduce(value) == 0; }

 private:
  static std::size_t highest_bit(std::uint64_t value) {
    return static_cast<std::size_t>(63 - std::countl_zero(value));
  }
  [[nodiscard]] std::uint64_t reduce(std::uint64_t value) const {
    while (value != 0 && basis_[highest_bit(value)] != 0)
      value ^= basis_[highest_bit(value)];
    return value;
  }
  std::array<std::uint64_t, 64> basis_{};  // by highest bit
};

}  // namespace

bool fits_xor_hash(std::uint64_t xor_hash, std::span<const std::uint64_t> hashes) {
  std::uint64_t each_once = 0;
  for (const std::uint64_t hash : hashes)
    each_once ^= hash;
  if (each_once == xor_hash) return true;
  XorSpan span;
  for (const std::uint64_t hash : hashes)
    span.add(hash);
  return span.contains(xor_hash);
}

}  // namespace logq::journal
