#include "wire/field_name.h"

#include <string>

#include <gtest/gtest.h>

namespace logq::wire {
namespace {

bool is_client_name(std::string_view name) {
  return is_valid_field_name(name, FieldOrigin::kClient);
}

TEST(FieldName, IsMadeOfCapitalsDigitsAndUnderscores) {
  EXPECT_TRUE(is_client_name("MESSAGE"));
  EXPECT_TRUE(is_client_name("A1_"));
  EXPECT_TRUE(is_client_name("X__Y"));
  EXPECT_FALSE(is_client_name("message"));
  EXPECT_FALSE(is_client_name("A-B"));
  EXPECT_FALSE(is_client_name("A B"));
  EXPECT_FALSE(is_client_name("A=B"));
  EXPECT_FALSE(is_client_name("A\xc3\x84"));
  EXPECT_FALSE(is_client_name(std::string_view("A\0B", 3)));
}

TEST(FieldName, DoesNotBeginWithADigitAndIsNotEmpty) {
  EXPECT_FALSE(is_client_name("1A"));
  EXPECT_FALSE(is_valid_field_name("1A", FieldOrigin::kCollector));
  EXPECT_FALSE(is_client_name(""));
}

TEST(FieldName, HasAtMost64Characters) {
  EXPECT_TRUE(is_client_name(std::string(64, 'A')));
  EXPECT_FALSE(is_client_name(std::string(65, 'A')));
}

TEST(FieldName, LeadingUnderscoreIsForTheCollectorOnly) {
  EXPECT_FALSE(is_client_name("_PID"));
  EXPECT_TRUE(is_valid_field_name("_PID", FieldOrigin::kCollector));
}

}  // namespace
}  // namespace logq::wire
