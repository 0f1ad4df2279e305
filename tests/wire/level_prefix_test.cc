#include "wire/level_prefix.h"

#include <gtest/gtest.h>

namespace logq::wire {
namespace {

void expect_prefix(std::string_view line, Priority priority, std::string_view text) {
  const PrefixedLine parsed = parse_level_prefix(line);
  EXPECT_EQ(parsed.priority, priority) << line;
  EXPECT_EQ(parsed.text, text) << line;
}

void expect_no_prefix(std::string_view line) {
  const PrefixedLine parsed = parse_level_prefix(line);
  EXPECT_FALSE(parsed.priority) << line;
  EXPECT_EQ(parsed.text, line);
}

TEST(LevelPrefix, EveryLevelIsTakenOffTheLine) {
  expect_prefix("<0>x", Priority::kEmergency, "x");
  expect_prefix("<5>hi", Priority::kNotice, "hi");
  expect_prefix("<7>", Priority::kDebug, "");
}

TEST(LevelPrefix, TextBehindItIsLeftAsItIs) {
  expect_prefix("<5>  hi", Priority::kNotice, "  hi");
  expect_prefix("<5><6>x", Priority::kNotice, "<6>x");
}

TEST(LevelPrefix, LeadingZerosAreTakenUpToThreeDigits) {
  expect_prefix("<05>hi", Priority::kNotice, "hi");
  expect_prefix("<005>hi", Priority::kNotice, "hi");
  expect_no_prefix("<0005>x");
}

TEST(LevelPrefix, FacilitiesAndOtherNumbersAreText) {
  for (const auto* line : {"<8>hi", "<15>hi", "<13>x", "<055>x", "<-1>x", "< 5>x", "<a>x"}) {
    expect_no_prefix(line);
  }
}

TEST(LevelPrefix, IncompleteOrIndentedPrefixIsText) {
  for (const auto* line : {"", "<", "<5", "<>", "<>hi", "<5hi", " <5>hi", "5>x", "<00"}) {
    expect_no_prefix(line);
  }
}

}  // namespace
}  // namespace logq::wire
