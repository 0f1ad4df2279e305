#include "base/siphash.h"

#include <bit>
#include <cstddef>

#include "base/load_bytes.h"

namespace logq::base {
namespace {

struct SipState {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }

  void absorb(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
};

// The last word: the remaining 0 to 7 bytes, and the length modulo 256 in the top byte.
std::uint64_t final_word(std::string_view bytes, std::size_t whole) {
  return (std::uint64_t{bytes.size() & 0xffU} << 56) |
         load_up_to_8(bytes.data() + whole, bytes.size() - whole);
}

}  // namespace

SipHash24::SipHash24(const std::array<std::uint8_t, 16>& key)
    : k0_(load64(key.data())),
      k1_(load64(key.data() + 8)) {}

std::uint64_t SipHash24::operator()(std::string_view bytes) const {
  SipState state{k0_ ^ 0x736f6d6570736575U, k1_ ^ 0x646f72616e646f6dU, k0_ ^ 0x6c7967656e657261U,
                 k1_ ^ 0x7465646279746573U};
  const std::size_t whole = bytes.size() & ~std::size_t{7};
  for (std::size_t i = 0; i < whole; i += 8)
    state.absorb(load64(bytes.data() + i));
  state.absorb(final_word(bytes, whole));
  state.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i)
    state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace logq::base
