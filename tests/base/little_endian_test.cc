#include "base/little_endian.h"

#include <cstring>

#include <gtest/gtest.h>

namespace logq::base {
namespace {

TEST(LittleEndian, StoresTheLowByteFirst) {
  const Le32 value = 0x11223344U;

  unsigned char bytes[4];
  std::memcpy(bytes, &value, sizeof bytes);
  EXPECT_EQ(bytes[0], 0x44);
  EXPECT_EQ(bytes[3], 0x11);
  EXPECT_EQ(value, 0x11223344U);
}

TEST(LittleEndian, CanBeOverlaidOnAnyAddress) {
  struct Pair {
    std::uint8_t tag;
    Le64 value;
  };
  static_assert(sizeof(Pair) == 9 && alignof(Pair) == 1);
  Pair pair{};
  pair.value = ~std::uint64_t{0};

  EXPECT_EQ(pair.value, ~std::uint64_t{0});
}

}  // namespace
}  // namespace logq::base
