#include "query/boot_selector.h"

#include <gtest/gtest.h>

#include "journal/boot_list.h"

namespace logq::query {
namespace {

const char* const kOtherBoot = "22222222222222222222222222222222";

std::vector<journal::BootSpan> three_boots() {
  return {{*Id128::parse("11111111111111111111111111111111"), 1, 2},
          {*Id128::parse(kOtherBoot), 3, 4},
          {*Id128::parse("33333333333333333333333333333333"), 5, 6}};
}

// The first digit of the boot that `text` selects, "all", or "none".
std::string selected(std::string_view text) {
  const auto selector = parse_boot_selector(text);
  if (!selector) return "bad";
  const auto boot = select_boot(*selector, three_boots());
  if (!boot) return "none";
  return *boot ? (*boot)->to_string().substr(0, 1) : "all";
}

TEST(BootSelector, CountsFromTheNewestAndFromTheOldest) {
  EXPECT_EQ(selected(""), "3");
  EXPECT_EQ(selected("0"), "3");
  EXPECT_EQ(selected("-0"), "3");
  EXPECT_EQ(selected("-1"), "2");
  EXPECT_EQ(selected("-2"), "1");
  EXPECT_EQ(selected("-3"), "none");
  EXPECT_EQ(selected("1"), "1");
  EXPECT_EQ(selected("+3"), "3");
  EXPECT_EQ(selected("4"), "none");
  EXPECT_EQ(selected(" 1"), "1");
  EXPECT_EQ(selected("-0x1"), "2");
}

TEST(BootSelector, CountsFromAnId) {
  const std::string id = kOtherBoot;

  EXPECT_EQ(selected(id), "2");
  EXPECT_EQ(selected(id + "+0"), "2");
  EXPECT_EQ(selected(id + "-1"), "1");
  EXPECT_EQ(selected(id + "+1"), "3");
  EXPECT_EQ(selected(id + "-2"), "none");
  EXPECT_EQ(selected(id + "-2147483648"), "none");
  EXPECT_EQ(selected("44444444444444444444444444444444"), "none");
}

TEST(BootSelector, AllIsNoRestriction) {
  EXPECT_EQ(selected("all"), "all");
}

TEST(BootSelector, RefusesWhatIsNone) {
  for (const std::string text :
       {"x", "All", "1x", "+", "-", "+-1", "++1", "1 ", "2147483648", "2222222a",
        "22222222222222222222222222222222x", "22222222222222222222222222222222-",
        "22222222222222222222222222222222 1", "22222222-2222-2222-2222-222222222222",
        "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"}) {
    EXPECT_EQ(selected(text), "bad") << text;
  }
}

TEST(BootSelector, KnowsWhenTheNewestIsMeant) {
  EXPECT_TRUE(parse_boot_selector("")->names_newest());
  EXPECT_TRUE(parse_boot_selector("+0")->names_newest());
  EXPECT_FALSE(parse_boot_selector("1")->names_newest());
  EXPECT_FALSE(parse_boot_selector("all")->names_newest());
  EXPECT_FALSE(parse_boot_selector(kOtherBoot)->names_newest());
}

TEST(BootSelector, SaysWhatIsMissingAsJournalctlDoes) {
  EXPECT_EQ(describe_missing_boot(*parse_boot_selector("-3")),
            "Data from the specified boot (-3) is not available: No such boot ID in journal");
  EXPECT_EQ(describe_missing_boot(*parse_boot_selector("4")),
            "Data from the specified boot (+4) is not available: No such boot ID in journal");
  EXPECT_EQ(describe_missing_boot(*parse_boot_selector(std::string(kOtherBoot) + "-7")),
            "Data from the specified boot (" + std::string(kOtherBoot) +
                ") is not available: No such boot ID in journal");
}

}  // namespace
}  // namespace logq::query
