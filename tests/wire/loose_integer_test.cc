#include "wire/loose_integer.h"

#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace logq::wire {
namespace {

TEST(LooseInteger, TakesWhatStrtolTakes) {
  EXPECT_EQ(parse_loose_integer("42"), 42);
  EXPECT_EQ(parse_loose_integer(" +42"), 42);
  EXPECT_EQ(parse_loose_integer("-1"), -1);
  EXPECT_EQ(parse_loose_integer("0x1f"), 31);
  EXPECT_EQ(parse_loose_integer("010"), 8);
  EXPECT_EQ(parse_loose_integer("0b101"), 5);
  EXPECT_EQ(parse_loose_integer("0O17"), 15);
}

TEST(LooseInteger, RefusesWhatIsNoNumberOrMoreThanOne) {
  for (const char* text : {"", " ", "x", "1 ", "1x", "0x", "0b", "+", "99999999999999999999"}) {
    EXPECT_FALSE(parse_loose_integer(text).has_value()) << text;
  }
}

TEST(LooseInteger, ANulEndsTheText) {
  EXPECT_EQ(parse_loose_integer(std::string_view("1\0002", 3)), 1);
  EXPECT_FALSE(parse_loose_integer(std::string_view("\0001", 2)).has_value());
}

TEST(LooseUnsigned, TakesBlanksASignAndPrefixes) {
  for (const char* text : {"8", " 8", "\t+8", "010", "0x8", " 0b1000", "0o10"}) {
    EXPECT_EQ(parse_loose_unsigned(text), 8U) << text;
  }
  EXPECT_EQ(parse_loose_unsigned("18446744073709551615"), UINT64_MAX);
}

TEST(LooseUnsigned, RefusesWhatIsNegativeOrNoNumber) {
  for (const char* text : {"", " ", "-1", "-0", " -1", "\v-1", "0b-1", "1 ", "1x", "0x", "0b", "+",
                           "18446744073709551616"}) {
    EXPECT_FALSE(parse_loose_unsigned(text).has_value()) << text;
  }
  EXPECT_FALSE(parse_loose_unsigned(std::string(80, '0')).has_value());
}

}  // namespace
}  // namespace logq::wire
