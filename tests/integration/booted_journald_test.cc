// Debian's systemd booted with logqd in place of systemd-journald.
#include <signal.h>

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/counting_unit.h"
#include "support/journalctl_masks.h"
#include "support/machine_test.h"

namespace logq::test {
namespace {

constexpr int kJournaldLines = 2000;
constexpr int kLinesPerSecond = 200;

class JournaldReplaced : public MachineTest {
 protected:
  static void SetUpTestSuite() {
    boot([](const std::string& root) {
      link_drop_in(root, "journald-replacement.conf", "systemd-journald.service");
      std::filesystem::create_directories(root + "/etc/sysusers.d");
      write_text_file(root + "/etc/sysusers.d/alice.conf", "u alice 1234 - /home/alice /bin/sh\n");
    });
  }

  static std::string lines_of(const std::string& unit) {
    return machine_->output_of({"journalctl", "-b", "-q", "-o", "cat", "-u", unit});
  }
  static std::string journald() { return machine_->property("systemd-journald", "MainPID"); }
};

TEST_F(JournaldReplaced, MachineBootsWithoutAFailure) {
  EXPECT_EQ(machine_->output_of({"systemctl", "is-active", "basic.target"}), "active");
  EXPECT_EQ(machine_->output_of({"systemctl", "--failed", "--plain", "--no-legend"}), "");
  EXPECT_EQ(machine_->output_of({"ps", "-o", "comm=", "-p", journald()}), "logqd");
}

TEST_F(JournaldReplaced, StatusShowsTheLinesOfAUnit) {
  // With only one command its first line can be older than the moment that systemd notes for the
  // start, and systemctl shows what is younger.
  machine_->add_unit(
      "seen.service",
      "[Service]\nExecStartPre=true\nExecStart=sh -c 'echo seen here; sleep 1000'\n");
  ASSERT_EQ(machine_->run({"systemctl", "start", "seen"}).status, 0);

  const bool shown = wait_until([] {
    return machine_->output_of({"systemctl", "status", "seen"}).find("]: seen here") !=
           std::string::npos;
  });

  EXPECT_TRUE(shown) << machine_->output_of({"systemctl", "status", "seen"})
                     << machine_->output_of({"journalctl", "-o", "verbose", "-u", "seen"});
}

TEST_F(JournaldReplaced, JournalctlAndLogqAgreeAboutAUnit) {
  machine_->add_unit("both.service", counting_unit(20, 1000));
  ASSERT_EQ(machine_->run({"systemctl", "start", "both"}).status, 0);
  ASSERT_TRUE(await_line([] { return lines_of("both"); }, 20));

  for (const char* format : {"short-full", "verbose", "export", "json", "cat"}) {
    const std::vector<std::string> arguments = {"-u", "both", "-b", "-o", format, "--no-pager"};
    std::vector<std::string> ours = {"logq"};
    std::vector<std::string> theirs = {"journalctl"};
    ours.insert(ours.end(), arguments.begin(), arguments.end());
    theirs.insert(theirs.end(), arguments.begin(), arguments.end());
    const std::string shown = machine_->output_of(theirs);
    EXPECT_NE(shown.find("line 20"), std::string::npos) << format;
    EXPECT_NE(shown.find("Finished both.service"), std::string::npos) << format;
    EXPECT_EQ(masked_output(arguments, machine_->output_of(ours)), masked_output(arguments, shown));
  }
}

TEST_F(JournaldReplaced, NoLineIsLostOverARestartAndAKill) {
  machine_->add_unit("counter.service", counting_unit(kJournaldLines, kLinesPerSecond));
  ASSERT_EQ(machine_->run({"systemctl", "start", "--no-block", "counter"}).status, 0);
  ASSERT_TRUE(await_line([] { return lines_of("counter"); }, kJournaldLines / 4));
  const std::string first = journald();

  ASSERT_EQ(machine_->run({"systemctl", "restart", "systemd-journald"}).status, 0);
  const std::string second = journald();
  ASSERT_TRUE(await_line([] { return lines_of("counter"); }, kJournaldLines / 2));
  ASSERT_TRUE(signal_process(machine_->main_process("systemd-journald"), SIGKILL));

  ASSERT_TRUE(await_line([] { return lines_of("counter"); }, kJournaldLines));
  EXPECT_EQ(missing_lines(lines_of("counter"), kJournaldLines), "");
  EXPECT_NE(second, first);
  EXPECT_NE(journald(), second);
  EXPECT_EQ(machine_->property("systemd-journald", "NRestarts"), "1");
}

TEST_F(JournaldReplaced, UserReadsOnlyWhatIsInTheirOwnFile) {
  machine_->add_unit("hers.service",
                     "[Service]\nUser=alice\nType=oneshot\nExecStart=sh -c 'echo by alice'\n");
  machine_->add_unit("roots.service", "[Service]\nType=oneshot\nExecStart=sh -c 'echo by root'\n");
  const auto read = [](const std::string& program, const std::string& user) {
    return machine_->output_of({"setpriv", "--reuid=" + user, "--regid=" + user, "--init-groups",
                                program, "-q", "-o", "cat", "MESSAGE=by alice", "MESSAGE=by root"});
  };
  ASSERT_EQ(machine_->run({"systemctl", "start", "hers"}).status, 0);
  ASSERT_EQ(machine_->run({"systemctl", "start", "roots"}).status, 0);

  EXPECT_TRUE(wait_until([&] { return read("logq", "root") == "by alice\nby root"; }))
      << read("logq", "root");
  EXPECT_EQ(read("journalctl", "root"), "by alice\nby root");
  EXPECT_EQ(read("logq", "alice"), "by alice");
  EXPECT_EQ(read("journalctl", "alice"), "by alice");
}

TEST_F(JournaldReplaced, JournalctlCommandsIt) {
  const std::string directory = "/log/journal/b0000000000040008000000000000001/system.journal";
  const auto is_volatile = [&] {
    return std::filesystem::exists(machine_->path("/run" + directory));
  };
  for (const char* verb : {"--sync", "--rotate", "--flush", "--relinquish-var"})
    EXPECT_EQ(machine_->run({"journalctl", verb}).status, 0) << verb;
  EXPECT_TRUE(is_volatile());

  EXPECT_EQ(machine_->run({"systemctl", "restart", "systemd-journal-flush"}).status, 0);

  EXPECT_FALSE(is_volatile());
  EXPECT_TRUE(std::filesystem::exists(machine_->path("/var" + directory)));
}

TEST_F(JournaldReplaced, ReloadReadsTheConfigurationAgain) {
  const std::string settings = machine_->path("/etc/systemd/journald.conf");
  const std::string before = journald();
  const auto log = [](const std::string& text) {
    EXPECT_EQ(machine_->run({"logger", "-p", "user.debug", text}).status, 0);
    EXPECT_EQ(machine_->run({"journalctl", "--sync"}).status, 0);
    return machine_->output_of({"journalctl", "-q", "-o", "cat", "MESSAGE=" + text});
  };
  EXPECT_EQ(log("as before"), "as before");
  write_text_file(settings, "[Journal]\nMaxLevelStore=info\n");

  EXPECT_EQ(machine_->run({"systemctl", "reload", "systemd-journald"}).status, 0);

  EXPECT_TRUE(wait_until([&] { return log("too fine").empty(); }));
  EXPECT_EQ(journald(), before);
  std::filesystem::remove(settings);
  EXPECT_EQ(machine_->run({"systemctl", "reload", "systemd-journald"}).status, 0);
}

TEST_F(JournaldReplaced, TroublesGoToTheKernelsLog) {
  const std::string kernel_log = machine_->path("/dev/kmsg");  // a file: not the host's
  const std::string settings = machine_->path("/etc/systemd/journald.conf");
  write_text_file(kernel_log, "");
  write_text_file(settings, "[Journal]\nSprage=volatile\n");

  EXPECT_EQ(machine_->run({"systemctl", "restart", "systemd-journald"}).status, 0);

  const std::string line = "<28>logqd[" + journald() +
                           "]: /etc/systemd/journald.conf:2: unknown key [Journal] Sprage= ignored";
  EXPECT_EQ(read_text_file(kernel_log).substr(0, line.size()), line);
  std::filesystem::remove(kernel_log);
  std::filesystem::remove(settings);
}

TEST_F(JournaldReplaced, JournalVerifiesAfterACleanStop) {
  const std::string directory = "/var/log/journal/b0000000000040008000000000000001/";
  ASSERT_EQ(machine_->run({"systemctl", "restart", "systemd-journald"}).status, 0);
  EXPECT_EQ(machine_->property("systemd-journald", "Result"), "success");

  const CommandResult verified = machine_->run({"journalctl", "--verify", "-D", directory});

  EXPECT_EQ(verified.status, 0) << verified.err;
  EXPECT_NE(verified.err.find("PASS"), std::string::npos);
}

}  // namespace
}  // namespace logq::test
