#include "journal/xor_hash.h"

#include <array>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace logq::journal {
namespace {

std::vector<std::uint64_t> hashes(std::size_t count) {
  std::mt19937_64 random(count);  // NOLINT: the same in every run
  std::vector<std::uint64_t> all(count);
  for (std::uint64_t& hash : all)
    hash = random();
  return all;
}

TEST(XorHash, FitsPayloadsThatWereGivenOnce) {
  const auto all = hashes(3);

  EXPECT_TRUE(fits_xor_hash(all[0] ^ all[1] ^ all[2], all));
}

TEST(XorHash, FitsPayloadsOfWhichSomeWereGivenTwice) {
  const auto all = hashes(20);

  EXPECT_TRUE(fits_xor_hash(all[3] ^ all[7] ^ all[19], all));
  EXPECT_TRUE(fits_xor_hash(0, all));
}

TEST(XorHash, DoesNotFitOtherPayloads) {
  auto all = hashes(20);
  const std::uint64_t xor_hash = all[0] ^ all[5];
  all[5] = 0x0123456789abcdefU;

  EXPECT_FALSE(fits_xor_hash(xor_hash, all));
  EXPECT_FALSE(fits_xor_hash(xor_hash, {}));
}

TEST(XorHash, DoesNotFitWithOneBitFlipped) {
  const auto all = hashes(14);
  std::uint64_t xor_hash = 0;
  for (const std::uint64_t hash : all)
    xor_hash ^= hash;

  for (int bit = 0; bit < 64; ++bit)
    EXPECT_FALSE(fits_xor_hash(xor_hash ^ std::uint64_t{1} << bit, all)) << bit;
}

}  // namespace
}  // namespace logq::journal
