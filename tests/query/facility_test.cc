#include "query/facility.h"

#include <gtest/gtest.h>

namespace logq::query {
namespace {

TEST(Facilities, AreNamesAndNumbers) {
  EXPECT_EQ(parse_facilities("kern").value(), (std::vector<int>{0}));
  EXPECT_EQ(parse_facilities("authpriv,3,local7").value(), (std::vector<int>{10, 3, 23}));
  EXPECT_EQ(parse_facilities("daemon,3").value(), (std::vector<int>{3}));
  EXPECT_EQ(parse_facilities("user,,kern,").value(), (std::vector<int>{1, 0}));
  EXPECT_EQ(parse_facilities("").value(), std::vector<int>{});
  EXPECT_EQ(parse_facilities("127").value(), (std::vector<int>{127}));
}

TEST(Facilities, RefuseWhatIsNone) {
  for (const char* text : {"foo", "kern,foo,user", " kern", "128", "-1", "1x", "KERN"}) {
    EXPECT_FALSE(parse_facilities(text).has_value()) << text;
  }
  EXPECT_EQ(parse_facilities("kern,foo").error().offset, 5U);
}

TEST(Facilities, AreListedForHelp) {
  EXPECT_TRUE(facility_help().starts_with("Available facilities:\nkern\nuser\n"));
  EXPECT_TRUE(facility_help().ends_with("\nlocal7\n"));
}

}  // namespace
}  // namespace logq::query
