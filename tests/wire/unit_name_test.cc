#include "wire/unit_name.h"

#include <string>

#include <gtest/gtest.h>

namespace logq::wire {
namespace {

std::string mangled(std::string_view text) {
  return mangle_unit_name(text).value_or("refused");
}

TEST(UnitName, PlainNamesAndInstancesAreValid) {
  for (const auto* name : {"hello.service", "foo@a.service", "a.b.service", "f@a@b.service",
                           "f.device", "fo:-_.\\x20o.scope", "foo@@.service", "-.mount"}) {
    EXPECT_TRUE(is_valid_unit_name(name)) << name;
  }
}

TEST(UnitName, OtherTextIsNoUnit) {
  for (const auto* name : {"", ".", "foo", ".service", "foo.bar", "foo.SERVICE", "@a.service",
                           "foo@.service", "a/b.service", "a b.service", "f+.service", "f.snapshot",
                           "foo.service.", "foo.service.wants", "*.service"}) {
    EXPECT_FALSE(is_valid_unit_name(name)) << name;
  }
  EXPECT_FALSE(is_valid_unit_name(std::string_view("a\0.service", 10)));
}

TEST(UnitName, HasAtMost255Bytes) {
  EXPECT_TRUE(is_valid_unit_name(std::string(247, 'a') + ".service"));
  EXPECT_FALSE(is_valid_unit_name(std::string(248, 'a') + ".service"));
}

TEST(MangleUnitName, ServiceSuffixIsAddedWhereThereIsNone) {
  EXPECT_EQ(mangled("foo"), "foo.service");
  EXPECT_EQ(mangled("foo@bar"), "foo@bar.service");
  EXPECT_EQ(mangled("foo.bar"), "foo.bar.service");
  EXPECT_EQ(mangled("foo.mount"), "foo.mount");
  EXPECT_EQ(mangled("foo@.service"), "foo@.service");
  EXPECT_EQ(mangled("."), "..service");
  EXPECT_EQ(mangled(".service"), ".service.service");
  EXPECT_EQ(mangled("@.service"), "@.service.service");
}

TEST(MangleUnitName, BytesThatUnitsDoNotHaveAreEscaped) {
  EXPECT_EQ(mangled("a b"), "a\\x20b.service");
  EXPECT_EQ(mangled("\xc3\xa4"), "\\xc3\\xa4.service");
  EXPECT_EQ(mangled("a+b.service"), "a\\x2bb.service");
  EXPECT_EQ(mangled("a\\x20b"), "a\\x20b.service");
  EXPECT_EQ(mangled("a/b"), "a-b.service");
  EXPECT_EQ(mangled("x]!"), "x]!.service");
}

TEST(MangleUnitName, PathsBecomeMountsAndDevices) {
  EXPECT_EQ(mangled("/home"), "home.mount");
  EXPECT_EQ(mangled("/home/a-b"), "home-a\\x2db.mount");
  EXPECT_EQ(mangled("/"), "-.mount");
  EXPECT_EQ(mangled("//home/./x/"), "home-x.mount");
  EXPECT_EQ(mangled("/.hidden/.y"), "\\x2ehidden-.y.mount");
  EXPECT_EQ(mangled("/home/*"), "home-\\x2a.mount");
  EXPECT_EQ(mangled("//dev//sda"), "dev-sda.device");
  EXPECT_EQ(mangled("/sys/x"), "sys-x.device");
  EXPECT_EQ(mangled("/dev/"), "dev.mount");
}

TEST(MangleUnitName, PathWithTwoDotsIsMangledAsAName) {
  EXPECT_EQ(mangled("/a/../b"), "-a-..-b.service");
  EXPECT_EQ(mangled("/dev/x/.."), "-dev-x-...service");
  EXPECT_EQ(mangled("/..."), "\\x2e...mount");
}

TEST(MangleUnitName, GlobsStayGlobs) {
  EXPECT_TRUE(is_unit_glob("foo*"));
  EXPECT_FALSE(is_unit_glob("x]"));
  EXPECT_EQ(mangled("foo*"), "foo*");
  EXPECT_EQ(mangled("foo*bar/x"), "foo*bar-x");
  EXPECT_EQ(mangled("a b*"), "a\\x20b*");
  EXPECT_EQ(mangled("a^b*"), "a\\x5eb*");
  EXPECT_EQ(mangled("x[!ab]"), "x[!ab]");
}

TEST(MangleUnitName, OnlyEmptyNamesAndOverlongPathsAreRefused) {
  EXPECT_EQ(mangle_unit_name("").error().code, Errc::kInvalidArgument);
  EXPECT_EQ(mangle_unit_name("/" + std::string(250, 'a')).error().code, Errc::kTooLarge);
  EXPECT_EQ(mangled(std::string(250, 'a')), std::string(250, 'a') + ".service");
}

}  // namespace
}  // namespace logq::wire
