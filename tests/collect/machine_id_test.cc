// A host without a machine id: a line says so, and collecting goes on without _MACHINE_ID=.
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/journalctl.h"
#include "support/native_sender.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

struct MachineIdFile {
  const char* name;
  const char* content;
  const char* said;
};

class MachineId : public ::testing::TestWithParam<MachineIdFile> {
 protected:
  // Runs logqd where /etc/machine-id is `file`, sends an entry; what it said.
  [[nodiscard]] std::string collect_with(const std::string& file) const {
    ChildProcess logqd(
        {{"unshare", "-m", "--propagation", "private", "sh", "-c",
          "mount --bind " + file + " /etc/machine-id && exec \"$@\"", "sh", built_program("logqd"),
          "--runtime-dir=" + run(), "--storage-dir=" + store()},
         {},
         {}});
    EXPECT_TRUE(wait_until([&] { return accepts_connections(run() + "/stdout", SOCK_STREAM); }))
        << logqd.err();
    NativeSender(run() + "/socket").send({{"MESSAGE", "hello"}, {"N", "1"}});
    logqd.signal(SIGTERM);
    const CommandResult stopped = logqd.wait();
    EXPECT_EQ(stopped.status, 0);
    return stopped.err;
  }
  [[nodiscard]] std::vector<JournalFields> entries() const {
    return parse_export(journalctl({"--file", store() + "/*.journal", "-o", "export", "N=1"}).out);
  }
  [[nodiscard]] std::string run() const { return directory_.path() + "/run"; }
  [[nodiscard]] std::string store() const { return directory_.path() + "/store"; }

  TempDir directory_;
};

TEST_P(MachineId, CollectsWithoutOneAndSaysSo) {
  if (auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  if (!std::filesystem::exists("/etc/machine-id")) GTEST_SKIP() << "nothing to mount over";
  const std::string file = directory_.path() + "/machine-id";
  write_text_file(file, GetParam().content);

  const std::string said = collect_with(file);

  EXPECT_EQ(std::ranges::count(said, '\n'), 1) << said;
  EXPECT_NE(said.find(std::string("logqd: /etc/machine-id: ") + GetParam().said), std::string::npos)
      << said;
  ASSERT_EQ(entries().size(), 1U);
  EXPECT_FALSE(entries()[0].contains("_MACHINE_ID"));
  EXPECT_TRUE(entries()[0].contains("_BOOT_ID"));
  EXPECT_EQ(verify_directory(store()).status, 0);

  // With one, the next start goes on in the same directory.
  write_text_file(file, "0123456789abcdef0123456789abcdef\n");
  EXPECT_EQ(collect_with(file), "");
  ASSERT_EQ(entries().size(), 2U);
  EXPECT_EQ(entries()[1].at("_MACHINE_ID"), "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(verify_directory(store()).status, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Without,
    MachineId,
    ::testing::Values(MachineIdFile{"Empty", "", "empty"},
                      MachineIdFile{"FirstBoot", "uninitialized\n", "uninitialized"},
                      MachineIdFile{"Garbage", "my machine\n", "no machine id"},
                      MachineIdFile{"Zeros", "00000000000000000000000000000000\n", "no machine id"},
                      MachineIdFile{"Long",
                                    "0123456789abcdef0123456789abcdef0123456789abcdef"
                                    "0123456789abcdef0123456789abcdef\n",
                                    ""}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace logq::test
