#include <array>
#include <numeric>
#include <string>

#include <gtest/gtest.h>

#include "base/jenkins.h"
#include "base/siphash.h"

namespace logq::base {
namespace {

std::string first_bytes(std::size_t n) {
  std::string bytes(n, '\0');
  std::iota(bytes.begin(), bytes.end(), '\0');
  return bytes;
}

SipHash24 reference_hash() {
  std::array<std::uint8_t, 16> key{};
  std::iota(key.begin(), key.end(), std::uint8_t{0});
  return SipHash24(key);
}

// The vectors of the SipHash paper's reference implementation: key 00..0f, input 00..(n-1).
TEST(SipHash24, MatchesThePublishedVectors) {
  const SipHash24 hash = reference_hash();

  EXPECT_EQ(hash(first_bytes(0)), 0x726fdb47dd0e0e31U);
  EXPECT_EQ(hash(first_bytes(1)), 0x74f839c593dc67fdU);
  EXPECT_EQ(hash(first_bytes(7)), 0xab0200f58b01d137U);
  EXPECT_EQ(hash(first_bytes(8)), 0x93f5f5799a932462U);
  EXPECT_EQ(hash(first_bytes(15)), 0xa129ca6149be45e5U);
  EXPECT_EQ(hash(first_bytes(63)), 0x958a324ceb064572U);
}

// The published example of lookup3.c's driver5(): c and b with both seeds zero.
TEST(JenkinsHash64, MatchesThePublishedVectors) {
  EXPECT_EQ(jenkins_hash64(""), 0xdeadbeefdeadbeefU);
  EXPECT_EQ(jenkins_hash64("Four score and seven years ago"), 0x17770551ce7226e6U);
}

TEST(JenkinsHash64, DependsOnEveryByteAtEveryLength) {
  for (std::size_t length = 1; length < 40; ++length) {
    const std::string bytes = first_bytes(length);
    for (std::size_t i = 0; i < length; ++i) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      ASSERT_NE(jenkins_hash64(bytes), jenkins_hash64(changed)) << length << " bytes, byte " << i;
    }
  }
}

}  // namespace
}  // namespace logq::base
