#include "collect/options.h"

#include <stdlib.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/ids.h"

namespace logq::collect {
namespace {

class DefaultDirectories : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "root's defaults";
    ::unsetenv("RUNTIME_DIRECTORY");
    ::unsetenv("LOGS_DIRECTORY");
  }
  void TearDown() override { SetUp(); }
};

TEST_F(DefaultDirectories, OfTheSystemAreJournaldsAndWaitForTheFlush) {
  CollectorOptions options;
  apply_default_directories(options, true);

  const std::string machine = base::machine_id().to_string();
  EXPECT_EQ(options.runtime_dir, "/run/systemd/journal");
  EXPECT_EQ(options.storage_dir, "/var/log/journal/" + machine);
  EXPECT_EQ(options.volatile_dir, "/run/log/journal/" + machine);
  EXPECT_FALSE(options.persistent_at_once);
}

TEST_F(DefaultDirectories, OfTheSystemWaitForNoFlushWhereNobodyAsksForOne) {
  CollectorOptions options;
  apply_default_directories(options, false);

  EXPECT_EQ(options.storage_dir, "/var/log/journal/" + base::machine_id().to_string());
  EXPECT_TRUE(options.persistent_at_once);
}

TEST_F(DefaultDirectories, OfANamespaceHaveItsNameAndNeedNoFlush) {
  CollectorOptions options;
  options.log_namespace = "web";
  apply_default_directories(options, true);

  const std::string machine = base::machine_id().to_string();
  EXPECT_EQ(options.runtime_dir, "/run/systemd/journal.web");
  EXPECT_EQ(options.storage_dir, "/var/log/journal/" + machine + ".web");
  EXPECT_EQ(options.volatile_dir, "/run/log/journal/" + machine + ".web");
  EXPECT_TRUE(options.persistent_at_once);
}

TEST_F(DefaultDirectories, OfAPrivateCollectorKeepVolatileFilesBesideItsSockets) {
  CollectorOptions options;
  options.runtime_dir = "/r";
  apply_default_directories(options, true);

  EXPECT_EQ(options.volatile_dir, "/r/journal");
  EXPECT_FALSE(options.persistent_at_once);
}

TEST_F(DefaultDirectories, TakeStorageThatIsNamedAtOnce) {
  CollectorOptions named;
  named.storage_dir = "/s";
  apply_default_directories(named, true);
  ::setenv("LOGS_DIRECTORY", "/l", 1);
  CollectorOptions from_environment;
  apply_default_directories(from_environment, true);

  EXPECT_TRUE(named.persistent_at_once);
  EXPECT_EQ(from_environment.storage_dir, "/l");
  EXPECT_TRUE(from_environment.persistent_at_once);
}

bool reads_kmsg(CollectorOptions options) {
  apply_default_directories(options, true);
  return options.read_kmsg.value_or(true);
}

TEST_F(DefaultDirectories, DecideWhoHearsAuditRecordsAndWarnsUsers) {
  CollectorOptions system;
  apply_default_directories(system, true);
  EXPECT_EQ(system.audit, AuditMode::kKeep);
  EXPECT_EQ(system.forward_to_wall, true);

  CollectorOptions space;
  space.log_namespace = "web";
  apply_default_directories(space, true);
  EXPECT_FALSE(space.audit.has_value());
  EXPECT_EQ(space.forward_to_wall, true);

  CollectorOptions placed;
  placed.runtime_dir = "/run/another";
  apply_default_directories(placed, true);
  EXPECT_FALSE(placed.audit.has_value());
  EXPECT_EQ(placed.forward_to_wall, false);
}

TEST_F(DefaultDirectories, DecideWhetherUsersHaveFilesOfTheirOwn) {
  CollectorOptions system;
  CollectorOptions space;
  space.log_namespace = "web";
  CollectorOptions placed;
  placed.runtime_dir = "/run/another";
  CollectorOptions told = placed;
  told.split_mode = SplitMode::kUid;

  for (CollectorOptions* options : {&system, &space, &placed, &told})
    apply_default_directories(*options, true);

  const bool is_root = ::geteuid() == 0;
  const SplitMode by_user = is_root ? SplitMode::kUid : SplitMode::kNone;
  EXPECT_EQ(system.split_mode, by_user);
  EXPECT_EQ(space.split_mode, by_user);  // as journald's
  EXPECT_EQ(placed.split_mode, SplitMode::kNone);
  EXPECT_EQ(told.split_mode, by_user);
}

TEST_F(DefaultDirectories, DecideWhoReadsTheKernelsMessages) {
  CollectorOptions options;
  EXPECT_TRUE(reads_kmsg(options));
  ::setenv("RUNTIME_DIRECTORY", "/run/systemd/journal", 1);
  EXPECT_TRUE(reads_kmsg(options)) << "as its unit says";
  ::setenv("RUNTIME_DIRECTORY", "/run/another", 1);
  EXPECT_FALSE(reads_kmsg(options));

  options.log_namespace = "web";
  EXPECT_FALSE(reads_kmsg(options));
  options.log_namespace.clear();
  options.runtime_dir = "/run/systemd/journal";
  EXPECT_FALSE(reads_kmsg(options));
  options.read_kmsg = true;
  EXPECT_TRUE(reads_kmsg(options));
}

}  // namespace
}  // namespace logq::collect
