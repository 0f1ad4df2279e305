#include "collect/user_journal_name.h"

#include <gtest/gtest.h>

namespace logq::collect {
namespace {

TEST(UserJournalName, TellsTheUserOfActiveAndArchivedFiles) {
  EXPECT_EQ(user_of_journal("/var/log/journal/x/user-1000.journal"), 1000U);
  EXPECT_EQ(user_of_journal("user-65534@0123-1-2.journal"), 65534U);
  EXPECT_EQ(user_of_journal(user_journal_base(4294967294) + ".journal"), 4294967294U);
}

TEST(UserJournalName, OtherNamesAreNobodys) {
  for (const char* name : {"system.journal", "user-.journal", "user-1000", "user-1000.journal~",
                           "user-1000x.journal", "user-4294967296.journal", "user--1.journal", "",
                           "xuser-1000.journal", "/user-1000.journal/system.journal"})
    EXPECT_EQ(user_of_journal(name), std::nullopt) << name;
}

TEST(UserJournalName, ArchivesAreNotActive) {
  EXPECT_TRUE(is_active_user_journal("/log@home/user-1000.journal"));
  EXPECT_FALSE(is_active_user_journal("/log/user-1000@0123-1-2.journal"));
  EXPECT_FALSE(is_active_user_journal("/log/system.journal"));
}

}  // namespace
}  // namespace logq::collect
