#include "logq/field.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

#include <gtest/gtest.h>

#include "logq/logger.h"
#include "wire/field_name.h"

namespace logq {
namespace {

template <typename T>
std::string text_of(const T& value) {
  std::string text;
  Value(value).append_to(text);
  return text;
}

enum class Colour : std::uint8_t { kRed = 3 };

TEST(Value, WritesIntegersInDecimal) {
  EXPECT_EQ(text_of(0), "0");
  EXPECT_EQ(text_of(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(text_of(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(text_of(std::uint8_t{7}), "7");
  EXPECT_EQ(text_of(Colour::kRed), "3");
}

TEST(Value, WritesIntegersOfEveryLength) {
  std::uint64_t power = 1;
  for (int digits = 1; digits <= 20; ++digits, power *= 10) {
    for (const std::uint64_t number : {power - 1, power, power + 1, power / 2, power / 7 * 3}) {
      EXPECT_EQ(text_of(number), std::to_string(number));
      const auto negative = static_cast<std::int64_t>(0 - number);
      EXPECT_EQ(text_of(negative), std::to_string(negative));
    }
  }
}

TEST(Value, WritesEveryThousandthWithoutZerosAtTheEnd) {
  for (int thousandths = 0; thousandths < 2000; ++thousandths) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%d.%03d", thousandths / 1000, thousandths % 1000);
    std::string expected = text.data();
    expected.resize(expected.find_last_not_of('0') + 1);
    if (expected.back() == '.') expected.pop_back();
    EXPECT_EQ(text_of(std::chrono::nanoseconds(thousandths)), expected);
    EXPECT_EQ(text_of(std::stod(expected)), expected);
  }
}

TEST(Value, WritesFloatsSoThatTheyReadBackTheSame) {
  EXPECT_EQ(text_of(0.1), "0.1");
  EXPECT_EQ(std::stod(text_of(1.0 / 3.0)), 1.0 / 3.0);
  EXPECT_EQ(text_of(std::numeric_limits<double>::infinity()), "inf");
}

TEST(Value, ShowsANullPointerInsteadOfCrashing) {
  const char* missing = nullptr;

  EXPECT_EQ(Value(missing).text(), "(null)");
  EXPECT_EQ(Message(missing).text, "(null)");
}

TEST(Value, WritesBoolAsAWord) {
  EXPECT_EQ(text_of(true), "true");
  EXPECT_EQ(text_of(false), "false");
}

TEST(Value, KeepsEveryByteOfTextAndBinary) {
  using namespace std::string_view_literals;
  const std::array<std::byte, 3> bytes{std::byte{0}, std::byte{0xff}, std::byte{'\n'}};

  EXPECT_EQ(text_of("a\0b\n"sv), "a\0b\n"sv);
  EXPECT_EQ(text_of(std::span<const std::byte>(bytes)), "\0\xff\n"sv);
  EXPECT_EQ(text_of("literal"), "literal");
}

TEST(Value, WritesDurationsInMicroseconds) {
  using namespace std::chrono_literals;
  EXPECT_EQ(text_of(3s), "3000000");
  EXPECT_EQ(text_of(1500ns), "1.5");
  EXPECT_EQ(text_of(-1ns), "-0.001");
  EXPECT_EQ(text_of(std::chrono::nanoseconds::min()), "-9223372036854775.808");
}

TEST(Value, WritesErrorsExceptionsAndIds) {
  EXPECT_EQ(text_of(std::make_error_code(std::errc::no_such_file_or_directory)),
            "generic:2: No such file or directory");
  EXPECT_EQ(text_of(std::runtime_error("it broke")), "it broke");
  EXPECT_EQ(text_of(*Id128::parse("0123456789abcdef0123456789abcdef")),
            "0123456789abcdef0123456789abcdef");
}

TEST(FieldName, AgreesWithTheRuleOfTheProtocol) {
  const std::string longest(64, 'A');
  for (const std::string& name : {std::string("A"), std::string("A_1"), longest, longest + "A",
                                  std::string(), std::string("1A"), std::string("_A"),
                                  std::string("a"), std::string("A-B"), std::string("A\0", 2)}) {
    EXPECT_EQ(is_valid_field_name(name),
              wire::is_valid_field_name(name, wire::FieldOrigin::kClient))
        << name;
  }
}

TEST(FieldName, RepairsAnyNameIntoAValidOne) {
  EXPECT_EQ(repaired_field_name("user-id"), "USER_ID");
  EXPECT_EQ(repaired_field_name("_PID"), "X__PID");
  EXPECT_EQ(repaired_field_name("7up"), "X_7UP");
  EXPECT_EQ(repaired_field_name("message"), "X_MESSAGE");
  for (int byte = 0; byte < 256; ++byte) {
    const std::string name(70, static_cast<char>(byte));
    EXPECT_TRUE(is_valid_field_name(repaired_field_name(name))) << byte;
  }
  EXPECT_TRUE(is_valid_field_name(repaired_field_name("")));
}

TEST(Field, ChecksRunTimeNamesWhenItIsMade) {
  EXPECT_TRUE(runtime_field("GOOD", 1).name.is_good());
  EXPECT_FALSE(runtime_field("bad", 1).name.is_good());
  EXPECT_FALSE(runtime_field("PRIORITY", 1).name.is_good());
  EXPECT_EQ(Field(field<"USER_ID">(42)).name.text(), "USER_ID");
}

// Beside std::to_chars(), which knows the shortest text of every number.
TEST(Value, DoublesAreTheShortestTextThatReadsBackTheSame) {
  const auto expected = [](double number) {
    std::array<char, 64> text{};
    return std::string(text.data(),
                       std::to_chars(text.data(), text.data() + text.size(), number).ptr);
  };
  std::mt19937_64 random(20261122);
  for (int i = 0; i < 200'000; ++i) {
    const auto thousandths = static_cast<double>(random() % 200'000'000);
    const auto bits = std::bit_cast<double>(random());
    for (const double number :
         {thousandths / 1000, thousandths / 100, thousandths, thousandths / 1e6,
          -thousandths / 1000, std::nextafter(thousandths / 1000, 1e9), bits}) {
      if (std::isnan(number)) continue;
      ASSERT_EQ(text_of(number), expected(number));
    }
  }
}

}  // namespace
}  // namespace logq
