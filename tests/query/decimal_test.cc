#include "query/decimal.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace logq::query {
namespace {

TEST(Decimal, OrdersNumbersOfAnyLengthExactly) {
  constexpr std::array<std::string_view, 14> kRising = {"-18446744073709551617",
                                                        "-18446744073709551616",
                                                        "-10",
                                                        "-2.5",
                                                        "-0.001",
                                                        "0",
                                                        "1e-5",
                                                        "0.1",
                                                        "0.10000000000000000000001",
                                                        "1",
                                                        "9.99",
                                                        "10",
                                                        "18446744073709551616",
                                                        "18446744073709551617"};
  for (std::size_t i = 0; i < kRising.size(); ++i) {
    for (std::size_t j = 0; j < kRising.size(); ++j) {
      EXPECT_EQ(*Decimal::parse(kRising[i]) <=> *Decimal::parse(kRising[j]), i <=> j)
          << kRising[i] << " " << kRising[j];
    }
  }
}

TEST(Decimal, IsTheSameNumberHoweverWritten) {
  for (const std::string_view text :
       {"120", "0120", "+120", "120.0", "1.2e2", "12E+1", "1200e-1", "0.12e3", "00.0012e0005"}) {
    EXPECT_EQ(*Decimal::parse(text), *Decimal::parse("120")) << text;
  }
  for (const std::string_view zero : {"0", "-0", "+000", "0.000", ".0", "0e99", "-0e-9"}) {
    EXPECT_EQ(*Decimal::parse(zero), *Decimal::parse("0")) << zero;
  }
}

TEST(Decimal, RefusesWhatIsNoNumber) {
  for (const std::string_view text : {"", "-", "+", ".", "1.", "e5", "1e", "1e+", "1e12345", "0x10",
                                      " 1", "1 ", "1,5", "1.2.3", "--1", "1e5.0", "inf", "nan"}) {
    EXPECT_FALSE(Decimal::parse(text)) << text;
  }
  EXPECT_FALSE(Decimal::parse(std::string_view("1\0", 2)));
}

TEST(Decimal, ScalesByPowersOfTen) {
  EXPECT_EQ(Decimal::parse("250")->scaled(3), *Decimal::parse("250000"));
  EXPECT_EQ(Decimal::parse("250")->scaled(-6), *Decimal::parse("0.00025"));
  EXPECT_EQ(Decimal::parse("0")->scaled(-6), *Decimal::parse("0"));
}

}  // namespace
}  // namespace logq::query
