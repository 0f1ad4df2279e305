#include "base/siphash.h"

#include <bit>
#include <cstddef>
#include <cstring>

#include "base/little_endian.h"

namespace logq::base {
namespace {

std::uint64_t load_word(const void* bytes) {
  Le64 word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

struct State {
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
std::uint64_t final_word(std::string_view tail, std::size_t length) {
  std::uint64_t word = std::uint64_t{length & 0xffU} << 56;
  for (std::size_t i = 0; i < tail.size(); ++i) {
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(tail[i])) << (8 * i);
  }
  return word;
}

}  // namespace

SipHash24::SipHash24(const std::array<std::uint8_t, 16>& key)
    : k0_(load_word(key.data())),
      k1_(load_word(key.data() + 8)) {}

std::uint64_t SipHash24::operator()(std::string_view bytes) const {
  State state{k0_ ^ 0x736f6d6570736575U, k1_ ^ 0x646f72616e646f6dU, k0_ ^ 0x6c7967656e657261U,
              k1_ ^ 0x7465646279746573U};
  const std::size_t whole = bytes.size() & ~std::size_t{7};
  for (std::size_t i = 0; i < whole; i += 8)
    state.absorb(load_word(bytes.data() + i));
  state.absorb(final_word(bytes.substr(whole), bytes.size()));
  state.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i)
    state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace logq::base
