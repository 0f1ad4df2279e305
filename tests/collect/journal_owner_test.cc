#include "collect/journal_owner.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

ClientMetadata client_of(uid_t uid) {
  Credentials credentials;
  credentials.pid = 1;
  credentials.uid = uid;
  ClientMetadata client;
  client.set_credentials(credentials, "");
  return client;
}

TEST(JournalOwner, PeopleHaveFilesOfTheirOwn) {
  for (const uid_t uid : {1000U, 60000U, 60577U, 65520U, 100000U, 1879048192U})
    EXPECT_TRUE(is_regular_user(uid)) << uid;
}

TEST(JournalOwner, NumbersOfTheSystemHaveNone) {
  for (const uid_t uid : {0U, 999U, 60578U, 61184U, 65519U, 65534U, 65535U, 524288U, 1879048191U,
                          2147352576U, 4294967295U})
    EXPECT_FALSE(is_regular_user(uid)) << uid;
}

TEST(JournalOwner, IsTheSendersUserWhenFilesAreSplitByIt) {
  const ClientMetadata alice = client_of(1234);
  const ClientMetadata root = client_of(0);

  EXPECT_EQ(owner_of(&alice, SplitMode::kUid), 1234U);
  EXPECT_EQ(owner_of(&alice, SplitMode::kNone), std::nullopt);
  EXPECT_EQ(owner_of(&root, SplitMode::kUid), std::nullopt);
  EXPECT_EQ(owner_of(nullptr, SplitMode::kUid), std::nullopt);
}

TEST(JournalOwner, IsTheSessionsUserWhenFilesAreSplitByLogin) {
  const test::TempDir directory;
  std::filesystem::create_directories(directory.path() + "/1");
  test::write_text_file(directory.path() + "/1/cgroup",
                        "0::/user.slice/user-1234.slice/session-2.scope\n");
  ProcessSources sources;
  sources.proc = directory.path();
  sources.hierarchy = CgroupHierarchy::kUnified;
  const auto owner_in_session = [&](uid_t uid) {
    ClientMetadata client = client_of(uid);
    client.read(sources, {});
    return owner_of(&client, SplitMode::kLogin);
  };

  EXPECT_EQ(owner_in_session(1234), 1234U);
  EXPECT_EQ(owner_in_session(33), 1234U);
  EXPECT_EQ(owner_in_session(0), std::nullopt);  // sudo: not theirs to read
  const ClientMetadata outside = client_of(1234);
  EXPECT_EQ(owner_of(&outside, SplitMode::kLogin), std::nullopt);
}

}  // namespace
}  // namespace logq::collect
