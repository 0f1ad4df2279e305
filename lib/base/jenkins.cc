#include "base/jenkins.h"

#include <bit>
#include <cstddef>

#include "base/load_bytes.h"

namespace logq::base {
namespace {

struct JenkinsState {
  std::uint32_t a, b, c;

  void mix() {
    a -= c;
    a ^= std::rotl(c, 4);
    c += b;
    b -= a;
    b ^= std::rotl(a, 6);
    a += c;
    c -= b;
    c ^= std::rotl(b, 8);
    b += a;
    a -= c;
    a ^= std::rotl(c, 16);
    c += b;
    b -= a;
    b ^= std::rotl(a, 19);
    a += c;
    c -= b;
    c ^= std::rotl(b, 4);
    b += a;
  }

  void finish() {
    c ^= b;
    c -= std::rotl(b, 14);
    a ^= c;
    a -= std::rotl(c, 11);
    b ^= a;
    b -= std::rotl(a, 25);
    c ^= b;
    c -= std::rotl(b, 16);
    a ^= c;
    a -= std::rotl(c, 4);
    b ^= a;
    b -= std::rotl(a, 14);
    c ^= b;
    c -= std::rotl(b, 24);
  }

  // Adds up to 12 bytes as three little-endian words; missing ones are zero.
  void add(std::uint64_t first_8, std::uint32_t last_4) {
    a += static_cast<std::uint32_t>(first_8);
    b += static_cast<std::uint32_t>(first_8 >> 32);
    c += last_4;
  }
};

}  // namespace

std::uint64_t jenkins_hash64(std::string_view bytes, JenkinsSeeds seeds) {
  const auto seed = 0xdeadbeefU + static_cast<std::uint32_t>(bytes.size()) + seeds.c;
  JenkinsState state{seed, seed, seed + seeds.b};
  // The last block (1 to 12 bytes) is left for the final mix.
  while (bytes.size() > 12) {
    state.add(load64(bytes.data()), load32(bytes.data() + 8));
    state.mix();
    bytes.remove_prefix(12);
  }
  if (!bytes.empty()) {
    const std::size_t rest = bytes.size() > 8 ? bytes.size() - 8 : 0;
    state.add(load_up_to_8(bytes.data(), bytes.size()),
              static_cast<std::uint32_t>(load_up_to_8(bytes.data() + bytes.size() - rest, rest)));
    state.finish();
  }
  return (static_cast<std::uint64_t>(state.c) << 32) | state.b;
}

}  // namespace logq::base
