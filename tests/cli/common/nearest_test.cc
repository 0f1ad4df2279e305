#include "common/nearest.h"

#include <array>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace logq::cli {
namespace {

constexpr std::array<std::string_view, 6> kNames = {"since", "until",         "unit",
                                                    "user",  "output-fields", "utc"};

std::string nearest_name(std::string_view word) {
  return std::string(nearest(word, kNames).value_or("nothing"));
}

TEST(EditDistance, CountsSlipsOfTheFingers) {
  EXPECT_EQ(edit_distance("since", "since"), 0U);
  EXPECT_EQ(edit_distance("sine", "since"), 1U);
  EXPECT_EQ(edit_distance("sincce", "since"), 1U);
  EXPECT_EQ(edit_distance("sinke", "since"), 1U);
  EXPECT_EQ(edit_distance("sicne", "since"), 1U);
  EXPECT_EQ(edit_distance("isncee", "since"), 2U);
  EXPECT_EQ(edit_distance("", "unit"), 4U);
  EXPECT_EQ(edit_distance("unit", ""), 4U);
}

TEST(EditDistance, PassesOverCase) {
  EXPECT_EQ(edit_distance("JSON", "json"), 0U);
  EXPECT_EQ(edit_distance("SICNE", "since"), 1U);
}

TEST(Nearest, FindsWhatWasMeant) {
  EXPECT_EQ(nearest_name("sicne"), "since");
  EXPECT_EQ(nearest_name("untl"), "until");
  EXPECT_EQ(nearest_name("outptu-feilds"), "output-fields");
  EXPECT_EQ(nearest_name("usre"), "user");
}

TEST(Nearest, TakesTheFirstOfThoseThatAreEquallyNear) {
  constexpr std::array<std::string_view, 2> kAlike = {"flush", "slush"};

  EXPECT_EQ(nearest("blush", kAlike), "flush");
}

TEST(Nearest, IsNothingWhereNoneIsNear) {
  for (const char* const word : {"", "x", "utx-and-more", "wrong", "badopt", "sncesn"})
    EXPECT_EQ(nearest_name(word), "nothing") << word;
}

TEST(Nearest, DoesNotLookAtWordsThatNobodyTypes) {
  const std::string endless(100'000, 'u');
  const std::array<std::string_view, 1> names = {endless};

  EXPECT_FALSE(nearest(endless, names).has_value());
}

TEST(DidYouMean, IsTheEndOfAMessage) {
  EXPECT_EQ(did_you_mean("sicne", kNames, "--"), "; did you mean --since?");
  EXPECT_EQ(did_you_mean("wrong", kNames, "--"), "");
}

}  // namespace
}  // namespace logq::cli
