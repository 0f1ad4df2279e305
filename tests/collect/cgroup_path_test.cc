#include "collect/cgroup_path.h"

#include <gtest/gtest.h>

namespace logq::collect {
namespace {

struct Case {
  std::string path;
  std::string unit, slice, session, owner_uid, user_unit, user_slice;
};

class CgroupPath : public ::testing::TestWithParam<Case> {};

TEST_P(CgroupPath, TellsTheOwner) {
  const CgroupOwner owner = parse_cgroup_path(GetParam().path);

  EXPECT_EQ(owner.unit.value_or(""), GetParam().unit);
  EXPECT_EQ(owner.slice.value_or(""), GetParam().slice);
  EXPECT_EQ(owner.session.value_or(""), GetParam().session);
  EXPECT_EQ(owner.owner_uid ? std::to_string(*owner.owner_uid) : "", GetParam().owner_uid);
  EXPECT_EQ(owner.user_unit.value_or(""), GetParam().user_unit);
  EXPECT_EQ(owner.user_slice.value_or(""), GetParam().user_slice);
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    CgroupPath,
    ::testing::Values(
        Case{"/system.slice/hello.service", "hello.service", "system.slice", "", "", "", ""},
        Case{"/system.slice/hello.service/sub/group", "hello.service", "system.slice", "", "", "",
             ""},
        Case{"/init.scope", "init.scope", "-.slice", "", "", "", ""},
        Case{"/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service",
             "system-getty.slice", "", "", "", ""},
        Case{"/user.slice/user-1000.slice/session-3.scope", "session-3.scope", "user-1000.slice",
             "3", "1000", "", "-.slice"},
        Case{"/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.slice/foo.service",
             "user@1000.service", "user-1000.slice", "", "1000", "foo.service", "app-x.slice"},
        Case{"/user.slice/user-1000.slice/user@1000.service/init.scope", "user@1000.service",
             "user-1000.slice", "", "1000", "init.scope", "-.slice"},
        Case{"/user.slice/user-abc.slice/session-.scope", "session-.scope", "user-abc.slice", "",
             "", "", ""},
        Case{"/system.slice/_cpu.service", "cpu.service", "system.slice", "", "", "", ""},
        Case{"/system.slice", "", "system.slice", "", "", "", ""},
        Case{"/docker/0123456789ab", "", "-.slice", "", "", "", ""},
        Case{"//system.slice//hello.service", "hello.service", "system.slice", "", "", "", ""},
        Case{"/", "", "-.slice", "", "", "", ""}));

TEST(UnitCgroupPath, EndsWithTheSystemsOwnUnit) {
  EXPECT_EQ(unit_cgroup_path("/system.slice/a.service/sub/group"), "/system.slice/a.service");
  EXPECT_EQ(unit_cgroup_path("/init.scope"), "/init.scope");
  EXPECT_EQ(unit_cgroup_path("/user.slice/user-1.slice/user@1.service/app.slice/a.service"),
            "/user.slice/user-1.slice/user@1.service");
  for (const char* path : {"/", "", "/system.slice", "/docker/0123456789ab"})
    EXPECT_EQ(unit_cgroup_path(path), "") << path;
}

TEST(FindCgroupPath, ReadsTheHierarchyAskedFor) {
  const std::string text = "9:name=systemd:/a.slice\n4:memory:/b\n0::/c.slice/d.service\n";

  EXPECT_EQ(find_cgroup_path(text, CgroupHierarchy::kUnified), "/c.slice/d.service");
  EXPECT_EQ(find_cgroup_path(text, CgroupHierarchy::kNamedSystemd), "/a.slice");
}

TEST(FindCgroupPath, FindsNothingInNonsense) {
  for (const char* text : {"", "0", "0:", "0::", "::\n", "0::relative\n", "9:name=systemd\n"}) {
    EXPECT_EQ(find_cgroup_path(text, CgroupHierarchy::kUnified), std::nullopt) << text;
    EXPECT_EQ(find_cgroup_path(text, CgroupHierarchy::kNamedSystemd), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace logq::collect
