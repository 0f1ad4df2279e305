// docs/migrating-from-journald.md, followed command by command on a machine with Debian's journald.
#include <signal.h>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/counting_unit.h"
#include "support/machine_test.h"

namespace logq::test {
namespace {

constexpr int kMigratedLines = 800;

// The blocks of commands of the page, from the first to the last.
std::vector<std::string> command_blocks() {
  const std::string page = read_text_file(LOGQ_SOURCE_DIR "/docs/migrating-from-journald.md");
  constexpr std::string_view kBegin = "```sh\n";
  std::vector<std::string> blocks;
  for (std::size_t at = 0; (at = page.find(kBegin, at)) != std::string::npos;) {
    at += kBegin.size();
    const std::size_t end = page.find("```", at);
    blocks.push_back(page.substr(at, end - at));
    at = end + 3;
  }
  return blocks;
}

enum Block : std::size_t {
  kInstall,
  kBesideOn,
  kBesideLook,
  kBesideOff,
  kReplaceOn,
  kReplaceLook,
  kReplaceOff,
  kBlocks
};

class MigrationPage : public MachineTest {
 protected:
  static void SetUpTestSuite() { boot(); }

  void SetUp() override {
    MachineTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_EQ(command_blocks().size(), kBlocks);
    follow(kInstall);
  }

  static std::string follow(Block block) {
    const CommandResult result = machine_->run({"sh", "-ec", command_blocks()[block]});
    EXPECT_EQ(result.status, 0) << command_blocks()[block] << result.out << result.err;
    return result.out;
  }
  static std::string journald() {
    return machine_->output_of(
        {"ps", "-o", "comm=", "-p", machine_->property("systemd-journald", "MainPID")});
  }
  static std::string messages(const std::vector<std::string>& which) {
    std::vector<std::string> argv = {"journalctl", "-q", "-o", "cat"};
    argv.insert(argv.end(), which.begin(), which.end());
    return machine_->output_of(argv);
  }
  static std::string counted() { return messages({"-u", "counter"}); }
};

TEST_F(MigrationPage, OneServiceGoesToLogqdAndBack) {
  machine_->add_unit("web.service", "[Service]\nExecStart=sh -c 'echo served; sleep 1000'\n");
  const std::vector<std::string> served = {"MESSAGE=served"};
  const std::vector<std::string> served_beside = {"--namespace=logq", "MESSAGE=served"};
  ASSERT_EQ(machine_->run({"systemctl", "start", "web"}).status, 0);
  ASSERT_TRUE(wait_until([&] { return messages(served) == "served"; }));

  follow(kBesideOn);

  EXPECT_TRUE(wait_until([&] { return messages(served_beside) == "served"; }));
  EXPECT_NE(follow(kBesideLook).find("served"), std::string::npos);
  follow(kBesideOff);
  EXPECT_TRUE(wait_until([&] { return messages(served) == "served\nserved"; }));
  EXPECT_EQ(messages(served_beside), "served");
}

TEST_F(MigrationPage, JournaldIsReplacedAndTakenBackWithoutALostLine) {
  machine_->add_unit("counter.service", counting_unit(kMigratedLines, 200));
  ASSERT_EQ(machine_->run({"systemctl", "start", "--no-block", "counter"}).status, 0);
  ASSERT_TRUE(await_line(counted, kMigratedLines / 4));

  follow(kReplaceOn);

  EXPECT_EQ(journald(), "logqd");
  ASSERT_TRUE(await_line(counted, kMigratedLines / 2));
  follow(kReplaceLook);
  follow(kReplaceOff);
  EXPECT_EQ(journald(), "systemd-journal");
  ASSERT_TRUE(await_line(counted, kMigratedLines));
  EXPECT_EQ(missing_lines(counted(), kMigratedLines), "");
  ASSERT_EQ(machine_
                ->run({"systemctl", "stop", "systemd-journald.socket",
                       "systemd-journald-dev-log.socket", "systemd-journald"})
                .status,
            0);
  const CommandResult verified = machine_->run({"journalctl", "--verify"});
  EXPECT_EQ(verified.status, 0) << verified.err;
}

}  // namespace
}  // namespace logq::test
