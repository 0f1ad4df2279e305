#include "journal/recent_values.h"

#include <gtest/gtest.h>

#include "journal/payload_digest.h"

namespace logq::journal {
namespace {

KnownValue value(std::uint32_t n, std::uint32_t capacity) {
  const std::string payload = "FIELD=" + std::to_string(n);
  KnownValue known;
  known.digest = RecentValues::digest_of(payload_digest(payload, 1));
  known.data_offset = 8 * (n + 1);
  known.tail.capacity = capacity;
  return known;
}

bool has(RecentValues& values, const KnownValue& wanted) {
  const KnownValue* found = values.find(wanted.digest);
  return found != nullptr && found->data_offset == wanted.data_offset;
}

TEST(RecentValues, FindsWhatWasPut) {
  RecentValues values;
  EXPECT_FALSE(has(values, value(1, 4)));

  values.put(value(1, 4));

  EXPECT_TRUE(has(values, value(1, 4)));
}

TEST(RecentValues, GrowsUntilThousandsOfValuesInUseFit) {
  RecentValues values;
  const std::size_t small = values.capacity();
  // Whoever is displaced is wanted again, as the values of a wide table are.
  for (int round = 0; round < 20; ++round) {
    for (std::uint32_t n = 0; n < 16'000; ++n) {
      if (!has(values, value(n, 26))) values.put(value(n, 26));
    }
  }
  std::uint32_t found = 0;
  for (std::uint32_t n = 0; n < 16'000; ++n)
    found += has(values, value(n, 26)) ? 1U : 0U;

  EXPECT_GT(values.capacity(), small);
  EXPECT_GT(found, 15'500U);
}

TEST(RecentValues, StaysWithinItsBoundAndKeepsTheCommonestThroughAFlood) {
  RecentValues values;
  for (std::uint32_t n = 0; n < 100; ++n)
    values.put(value(n, 1000));
  for (std::uint32_t n = 100; n < 1'000'000; ++n)
    values.put(value(n, 4));

  EXPECT_LE(values.capacity() * sizeof(KnownValue), std::size_t{2} << 20);
  for (std::uint32_t n = 0; n < 100; ++n)
    EXPECT_TRUE(has(values, value(n, 1000))) << n;
}

constexpr std::uint64_t kSeed = 0x243f6a8885a308d3;  // as good as random, as those of files are

TEST(PayloadDigest, DependsOnEveryByteAndOnTheLength) {
  for (std::size_t size = 1; size < 70; ++size) {
    const std::string payload(size, 'x');
    const std::uint64_t digest = payload_digest(payload, kSeed);
    EXPECT_NE(payload_digest(payload, kSeed + 1), digest);
    EXPECT_NE(payload_digest(payload + '\0', kSeed), digest);
    for (std::size_t i = 0; i < size; ++i) {
      std::string changed = payload;
      changed[i] = 'y';
      EXPECT_NE(payload_digest(changed, kSeed), digest) << size << " " << i;
      EXPECT_FALSE(equal_bytes(changed.data(), payload.data(), size));
    }
    EXPECT_TRUE(equal_bytes(std::string(payload).data(), payload.data(), size));
  }
}

}  // namespace
}  // namespace logq::journal
