#include "supervise/specifiers.h"

#include <string>

#include <gtest/gtest.h>

namespace logq::supervise {
namespace {

HostFacts host() {
  HostFacts facts;
  facts.user = "mia";
  facts.uid = "1000";
  facts.home = "/home/mia";
  facts.runtime_directory = "/run/user/1000";
  facts.host_name = "box.example.org";
  return facts;
}

TEST(Specifiers, AreThoseOfTheUnit) {
  const Specifiers specifiers(R"(my-web@a-b\x20c.service)", "/etc/units/my-web@.service", host());

  EXPECT_EQ(specifiers.expand("%n|%N"), R"(my-web@a-b\x20c.service|my-web@a-b\x20c)");
  EXPECT_EQ(specifiers.expand("%p|%P|%i|%I"), R"(my-web|my/web|a-b\x20c|a/b c)");
  EXPECT_EQ(specifiers.expand("%j|%J|%f"), "web|web|/a/b c");
  EXPECT_EQ(specifiers.expand("%y|%Y"), "/etc/units/my-web@.service|/etc/units");
}

TEST(Specifiers, OfAPlainUnitHaveNoInstance) {
  const Specifiers specifiers("a-b.service", "a-b.service", host());

  EXPECT_EQ(specifiers.expand("[%i][%I]%p %f"), "[][]a-b /a/b");
  EXPECT_EQ(specifiers.expand("[%Y]"), "[]");
}

TEST(Specifiers, AreThoseOfTheUserAndTheMachine) {
  const Specifiers specifiers("a.service", "/a.service", host());

  EXPECT_EQ(specifiers.expand("%u %U %h %t %H %l"),
            "mia 1000 /home/mia /run/user/1000 "
            "box.example.org box");
  EXPECT_EQ(specifiers.expand("%T %V"), "/tmp /var/tmp");
}

TEST(Specifiers, LeaveUnknownOnesAndPercentSignsAlone) {
  const Specifiers specifiers("a.service", "/a.service", host());

  EXPECT_EQ(specifiers.expand("100%% %! 5%"), "100% %! 5%");
}

}  // namespace
}  // namespace logq::supervise
