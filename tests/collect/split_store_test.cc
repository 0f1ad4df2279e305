// One journal in files of several users: numbers, who may read, what a kill leaves, limits.
#include "collect/split_store.h"

#include <sys/stat.h>
#include <sys/xattr.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/ids.h"
#include "collect/limits.h"
#include "journal/file_header.h"
#include "journal/store_sequence.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

using Users = SplitStore::Users;

class SplitStoreTest : public testing::Test {
 protected:
  void open(Users users = Users::kApart) {
    journal::StoreOptions options;
    options.directory = directory_.path();
    options.lock_directory = false;
    options.writer.max_size_bytes = std::uint64_t{1} << 20;
    split_.reset();
    split_ = SplitStore::open(options, users, [this](const std::string& line) {
               diagnosed_.push_back(line);
             }).value();
  }
  std::uint64_t add(std::optional<uid_t> owner) {
    split_->select(owner);
    const std::vector<std::string_view> payloads = {"MESSAGE=hello", "PRIORITY=6"};
    now_usec_ += 1;
    const journal::EntryTime time{1'700'000'000'000'000 + now_usec_, now_usec_, boot_id_};
    return split_->append(time, payloads).value_or(0);
  }
  // As a kill: the files stay ONLINE.
  void abandon() { split_.reset(); }

  std::string path(const std::string& name) const { return directory_.path() + "/" + name; }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(directory_.path()))
      names.push_back(file.path().filename().string());
    std::ranges::sort(names);
    return names;
  }
  std::uint64_t entries_in(const std::string& name) const {
    return journal::read_file_header(path(name)).value().n_entries;
  }

  test::TempDir directory_;
  std::unique_ptr<SplitStore> split_;
  std::vector<std::string> diagnosed_;
  Id128 boot_id_ = base::boot_id();
  std::uint64_t now_usec_ = 1'000'000;
};

TEST_F(SplitStoreTest, OneSequenceGoesThroughAllFiles) {
  open();

  for (const std::uint64_t expected : {1U, 2U, 3U, 4U, 5U}) {
    const auto owner = expected % 2 == 0 ? std::optional<uid_t>(1000) : std::nullopt;
    EXPECT_EQ(add(owner), expected);
    EXPECT_EQ(split_->next_seqnum(), expected + 1);
  }

  ASSERT_TRUE(split_->close());
  EXPECT_EQ(names(), (std::vector<std::string>{"system.journal", "user-1000.journal"}));
  EXPECT_EQ(entries_in("system.journal"), 3U);
  EXPECT_EQ(entries_in("user-1000.journal"), 2U);
  if (!test::journalctl_installed()) GTEST_SKIP() << test::kNoJournalctl;
  EXPECT_EQ(test::verify_directory(directory_.path()).status, 0);
}

TEST_F(SplitStoreTest, UserMayReadTheFileAndItsSuccessors) {
  open();
  add(1000);
  ASSERT_TRUE(split_->rotate());
  add(1000);
  ASSERT_TRUE(split_->close());

  std::size_t readable = 0;
  for (const std::string& name : names()) {
    if (!name.starts_with("user-1000")) continue;
    const ssize_t size = ::getxattr(path(name).c_str(), "system.posix_acl_access", nullptr, 0);
    if (size < 0 && errno == EOPNOTSUPP) GTEST_SKIP() << "no access lists here";
    EXPECT_EQ(size, 4 + 5 * 8) << name;  // owner, user, group, mask, others
    ++readable;
  }
  EXPECT_EQ(readable, 2U);
  EXPECT_LT(::getxattr(path("system.journal").c_str(), "system.posix_acl_access", nullptr, 0), 0);
}

TEST_F(SplitStoreTest, EverythingIsTheSystemsWhereUsersAreTogether) {
  open(Users::kTogether);

  EXPECT_EQ(add(1000), 1U);

  EXPECT_EQ(names(), std::vector<std::string>{"system.journal"});
}

TEST_F(SplitStoreTest, NumbersGoOnBehindTheHighestOfAllFiles) {
  open();
  add(std::nullopt);
  add(1000);
  ASSERT_TRUE(split_->close());

  open();

  EXPECT_EQ(split_->open_report().tail_seqnum, 2U);
  EXPECT_EQ(add(std::nullopt), 3U);
}

TEST_F(SplitStoreTest, KillLosesNoEntryOfAUser) {
  open();
  add(std::nullopt);
  add(1000);
  add(1001);
  abandon();

  open(Users::kTogether);

  EXPECT_TRUE(split_->open_report().recovered);
  EXPECT_EQ(split_->open_report().recovered_entries, 3U);
  EXPECT_EQ(split_->open_report().tail_seqnum, 3U);
  EXPECT_EQ(add(std::nullopt), 4U);
  ASSERT_TRUE(split_->close());
  if (!test::journalctl_installed()) GTEST_SKIP() << test::kNoJournalctl;
  EXPECT_EQ(test::verify_directory(directory_.path()).status, 0);
}

TEST_F(SplitStoreTest, WhatAKillLeavesIsArchivedForItsUser) {
  open();
  add(1000);
  abandon();

  open();

  std::string archive;
  for (const std::string& name : names()) {
    if (name.starts_with("user-")) archive = name;
  }
  EXPECT_EQ(archive.rfind("user-1000@", 0), 0U) << archive;  // and no new file before it is needed
  const ssize_t size = ::getxattr(path(archive).c_str(), "system.posix_acl_access", nullptr, 0);
  if (size < 0 && errno == EOPNOTSUPP) GTEST_SKIP() << "no access lists here";
  EXPECT_EQ(size, 4 + 5 * 8);
}

TEST_F(SplitStoreTest, NumbersThatMayBeLostWithTheEndOfAUsersFileAreNotGivenOutAgain) {
  open();
  add(std::nullopt);
  boot_id_ = Id128::random();  // of another boot: the machine went down since
  add(1000);
  add(1000);
  abandon();

  open();

  EXPECT_EQ(split_->open_report().tail_seqnum, 3U);
  EXPECT_EQ(split_->next_seqnum(), 3 + journal::kSequenceGap + 1);
}

TEST_F(SplitStoreTest, RotationArchivesFilesOfSilentUsersWithoutMakingNewOnes) {
  open();
  add(1000);
  ASSERT_TRUE(split_->close());
  open();
  add(1001);

  ASSERT_TRUE(split_->rotate());

  const auto count = [this](std::string_view begin) {
    return std::ranges::count_if(names(),
                                 [&](const auto& name) { return name.starts_with(begin); });
  };
  EXPECT_EQ(count("user-1000@"), 1);
  EXPECT_EQ(count("user-1000."), 0);
  EXPECT_EQ(count("user-1001@"), 1);
  EXPECT_EQ(count("user-1001."), 1);
  EXPECT_EQ(add(1000), 3U);
}

TEST_F(SplitStoreTest, UserWhoseFileCannotBeHadIsWithTheSystem) {
  std::filesystem::create_directory(path("user-1000.journal"));
  open();

  EXPECT_EQ(add(1000), 1U);
  EXPECT_EQ(add(1000), 2U);

  EXPECT_EQ(diagnosed_.size(), 1U);
  ASSERT_TRUE(split_->close());
  EXPECT_EQ(entries_in("system.journal"), 2U);
}

TEST_F(SplitStoreTest, UserWhoseFileCouldNotBeHadGetsItLater) {
  std::filesystem::create_directory(path("user-1000.journal"));
  open();
  add(1000);
  std::filesystem::remove(path("user-1000.journal"));

  add(1000);
  now_usec_ += kUserFileRestUsec;
  add(1000);

  ASSERT_TRUE(split_->close());
  EXPECT_EQ(entries_in("system.journal"), 2U);
  EXPECT_EQ(entries_in("user-1000.journal"), 1U);
  EXPECT_EQ(diagnosed_.size(), 2U);  // when it began, and when it was over
}

TEST_F(SplitStoreTest, ManyUsersTakeTurnsWithTheOpenFiles) {
  open();
  constexpr uid_t kUsers = kUserFilesOpenMax + 3;

  for (uid_t round = 0; round < 2; ++round) {
    for (uid_t user = 0; user < kUsers; ++user) {
      now_usec_ += kUserFileOpeningUsec;
      ASSERT_EQ(add(1000 + user), round * kUsers + user + 1);
    }
  }
  ASSERT_TRUE(split_->sync());

  ASSERT_TRUE(split_->close());
  EXPECT_EQ(names().size(), kUsers + 1);
  EXPECT_EQ(entries_in("user-1000.journal"), 2U);
  EXPECT_EQ(entries_in("system.journal"), 0U);
  if (!test::journalctl_installed()) GTEST_SKIP() << test::kNoJournalctl;
  EXPECT_EQ(test::verify_directory(directory_.path()).status, 0);
}

TEST_F(SplitStoreTest, UsersWhoComeAllAtOnceDoNotHoldUpTheOthers) {
  open();
  constexpr uid_t kUsers = kUserFilesOpenedAtOnce + 3;

  for (uid_t user = 0; user < kUsers; ++user)
    add(1000 + user);
  add(999 + kUsers);

  EXPECT_EQ(entries_in("system.journal"), 4U);
  now_usec_ += kUserFileOpeningUsec;
  add(999 + kUsers);
  ASSERT_TRUE(split_->close());
  EXPECT_EQ(entries_in("user-" + std::to_string(999 + kUsers) + ".journal"), 1U);
}

}  // namespace
}  // namespace logq::collect
