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
  for (const char* text :
       {"foo", "kern,foo,user", " kern", "128", "0x80", "-1", "1x", "3 ", "KERN"}) {
    EXPECT_FALSE(parse_facilities(text).has_value()) << text;
  }
  EXPECT_EQ(parse_facilities("kern,foo").error().offset, 5U);
}

TEST(Facilities, AreListedForHelp) {
  EXPECT_TRUE(facility_help().starts_with("Available facilities:\nkern\nuser\n"));
  EXPECT_TRUE(facility_help().ends_with("\nlocal7\n"));
}

TEST(Facilities, NumbersAreReadAsSystemdReadsThem) {
  EXPECT_EQ(parse_facilities("010").value(), std::vector<int>{8});
  EXPECT_EQ(parse_facilities("0x3").value(), std::vector<int>{3});
  EXPECT_EQ(parse_facilities("kern, 3,+4,0b101").value(), (std::vector<int>{0, 3, 4, 5}));
}

}  // namespace
}  // namespace logq::query
