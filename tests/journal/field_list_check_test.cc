#include "journal/field_list_check.h"

#include <gtest/gtest.h>

#include "support/meeting_names.h"

namespace logq::journal {
namespace {

// Two names of 16 bytes whose second half undoes the difference of the first.
std::pair<std::string, std::string> names_that_hash_alike() {
  using namespace logq::test::murmur;
  const auto mixed = [](std::uint64_t word) { return shift(word * kMultiplier) * kMultiplier; };
  const auto text = [](std::uint64_t word) {
    return std::string(reinterpret_cast<const char*>(&word), sizeof word);
  };
  const std::uint64_t start = kSeed ^ 16 * kMultiplier;
  const std::uint64_t first = (start ^ mixed(1)) * kMultiplier;
  const std::uint64_t second = (start ^ mixed(2)) * kMultiplier;
  const std::uint64_t tail = 3;
  const std::uint64_t undone = divide(shift(divide(first ^ second ^ mixed(tail))));
  return {text(1) + text(tail), text(2) + text(undone)};
}

// Whoever may log chooses names; a sound file must not look damaged for them.
TEST(FieldListCheck, TellsFieldsApartWhoseNamesHashAlike) {
  if (!logq::test::can_make_names()) GTEST_SKIP() << "another std::hash than expected";
  const auto [one, other] = names_that_hash_alike();
  ASSERT_NE(one, other);
  ASSERT_EQ(std::hash<std::string_view>{}(one), std::hash<std::string_view>{}(other));
  FieldListCheck check;

  EXPECT_TRUE(check.visit_data(400, one + "=1", 0));
  EXPECT_TRUE(check.visit_field(500, one, 400));
  EXPECT_TRUE(check.visit_data(600, other + "=1", 0));
  EXPECT_TRUE(check.visit_field(700, other, 600));
  EXPECT_TRUE(check.finish());
}

TEST(FieldListCheck, TellsFieldsApartWhoseNamesBeginAndEndAlike) {
  const std::string one = "LONG_PREFIX_1_LONG_SUFFIX";
  const std::string other = "LONG_PREFIX_2_LONG_SUFFIX";
  FieldListCheck check;

  EXPECT_TRUE(check.visit_data(400, one + "=1", 0));
  EXPECT_TRUE(check.visit_field(500, one, 400));
  EXPECT_TRUE(check.visit_data(600, other + "=1", 0));
  EXPECT_TRUE(check.visit_field(700, other, 600));
  EXPECT_TRUE(check.visit_data(800, one + "=2", 400));
  EXPECT_FALSE(check.visit_data(900, other + "=2", 800));
}

TEST(FieldListCheck, FailsForAFieldThatIsThereTwice) {
  FieldListCheck check;

  EXPECT_TRUE(check.visit_field(500, "MESSAGE", 0));
  EXPECT_FALSE(check.visit_field(700, "MESSAGE", 0));
}

TEST(FieldListCheck, FailsForAValueThatDoesNotNameTheOneBefore) {
  FieldListCheck check;

  EXPECT_TRUE(check.visit_data(400, "MESSAGE=1", 0));
  EXPECT_TRUE(check.visit_field(500, "MESSAGE", 400));
  EXPECT_TRUE(check.visit_data(600, "MESSAGE=2", 400));
  EXPECT_FALSE(check.visit_data(700, "MESSAGE=3", 400));
}

}  // namespace
}  // namespace logq::journal
