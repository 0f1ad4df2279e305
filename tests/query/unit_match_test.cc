#include "query/unit_match.h"

#include <gtest/gtest.h>

#include "query/match_text.h"

namespace logq::query {
namespace {

using test::match_text;

constexpr const char* kHello =
    "_SYSTEMD_UNIT=hello.service | (_PID=1 & UNIT=hello.service) | "
    "(_SYSTEMD_CGROUP=/init.scope & UNIT=hello.service) | "
    "(_UID=0 & OBJECT_SYSTEMD_UNIT=hello.service) | "
    "(MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1 & _UID=0 & COREDUMP_UNIT=hello.service)";

TEST(UnitMatch, CoversTheUnitItsManagerAndItsCoreDumps) {
  EXPECT_EQ(match_text(match_unit("hello.service", {})), "(" + std::string(kHello) + ")");
}

TEST(UnitMatch, AUserFindsWhatHisOwnSupervisorSays) {
  EXPECT_EQ(match_text(match_unit("hello.service", {.reader_uid = 1000})),
            "(" + std::string(kHello) + " | (_UID=1000 & OBJECT_SYSTEMD_UNIT=hello.service))");
}

TEST(UnitMatch, BelievesCoreDumpsOfSystemdCoredump) {
  const std::string match = match_text(match_unit("hello.service", {.coredump_uid = 998}));

  EXPECT_NE(match.find("MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1 & (_UID=998 | _UID=0) & "
                       "COREDUMP_UNIT=hello.service"),
            std::string::npos);
}

// journalctl 252 still asks for _UID=0 then; newer ones do not, for the files may be another
// machine's.
TEST(UnitMatch, BelievesAllCoreDumpsOfNamedFiles) {
  const std::string match = match_text(match_unit("hello.service", {.restrict_coredumps = false}));

  EXPECT_NE(match.find("(MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1 & "
                       "COREDUMP_UNIT=hello.service)"),
            std::string::npos);
}

TEST(UserUnitMatch, CoversTheUnitItsManagerAndDaemonsOfRoot) {
  EXPECT_EQ(match_text(match_user_unit("a.slice", {.reader_uid = 7})),
            "((_SYSTEMD_USER_UNIT=a.slice & _UID=7) | (USER_UNIT=a.slice & _UID=7) | "
            "(OBJECT_SYSTEMD_USER_UNIT=a.slice & _UID=7) | (COREDUMP_USER_UNIT=a.slice & _UID=7) | "
            "(OBJECT_SYSTEMD_USER_UNIT=a.slice & _UID=0) | (COREDUMP_USER_UNIT=a.slice & _UID=0) | "
            "(_SYSTEMD_USER_SLICE=a.slice & _UID=7))");
}

TEST(UnitMatch, ASliceCoversItsMembers) {
  EXPECT_NE(match_text(match_unit("a.slice", {})).find("_SYSTEMD_SLICE=a.slice"),
            std::string::npos);
  EXPECT_EQ(match_text(match_unit("a.scope", {})).find("_SYSTEMD_SLICE"), std::string::npos);
}

}  // namespace
}  // namespace logq::query
