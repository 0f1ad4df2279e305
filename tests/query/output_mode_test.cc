#include "query/output_mode.h"

#include <gtest/gtest.h>

namespace logq::query {
namespace {

TEST(OutputMode, IsFoundByEachOfItsNames) {
  ASSERT_EQ(output_mode_names().size(), 16U);
  EXPECT_EQ(parse_output_mode("short"), OutputMode::kShort);
  EXPECT_EQ(parse_output_mode("json-seq"), OutputMode::kJsonSeq);
  EXPECT_EQ(parse_output_mode("with-unit"), OutputMode::kWithUnit);
  for (std::size_t i = 0; i < output_mode_names().size(); ++i)
    EXPECT_EQ(parse_output_mode(output_mode_names()[i]), static_cast<OutputMode>(i));
}

TEST(OutputMode, OtherNamesAreNone) {
  EXPECT_EQ(parse_output_mode(""), std::nullopt);
  EXPECT_EQ(parse_output_mode("SHORT"), std::nullopt);
  EXPECT_EQ(parse_output_mode("help"), std::nullopt);
}

TEST(OutputMode, WhatProgramsReadIsKnown) {
  EXPECT_TRUE(is_machine_readable(OutputMode::kCat));
  EXPECT_TRUE(is_machine_readable(OutputMode::kJsonSse));
  EXPECT_FALSE(is_machine_readable(OutputMode::kVerbose));
  EXPECT_FALSE(is_machine_readable(OutputMode::kShortUnix));
}

}  // namespace
}  // namespace logq::query
