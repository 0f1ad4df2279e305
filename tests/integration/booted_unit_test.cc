// The units of logqd's own, for the machine and for a user, under Debian's systemd.
#include <signal.h>

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/counting_unit.h"
#include "support/machine_test.h"

namespace logq::test {
namespace {

constexpr const char* kInstead =
    "Environment=LOGQ_SOCKET=/run/logq/socket LOGQ_STDOUT_SOCKET=/run/logq/stdout\n";

class StandAloneUnit : public MachineTest {
 protected:
  static void SetUpTestSuite() { boot(); }

  void SetUp() override {
    MachineTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_EQ(machine_->run({"systemctl", "start", "logqd"}).status, 0) << state();
  }

  static std::string state() { return machine_->output_of({"systemctl", "status", "logqd"}); }
  static std::string messages(const std::string& unit) {
    return machine_->output_of({"journalctl", "-D", "/var/log/logq", "-q", "-o", "cat",
                                "_SYSTEMD_UNIT=" + unit + ".service"});
  }
};

TEST_F(StandAloneUnit, ServiceUnderLogqRunIsCollectedBesideJournald) {
  machine_->add_unit("app.service",
                     std::string("[Service]\n") + kInstead +
                         "ExecStart=logq-run -u app -- sh -c 'echo sold; sleep 1000'\n");

  ASSERT_EQ(machine_->run({"systemctl", "start", "app"}).status, 0);

  EXPECT_TRUE(wait_until([] { return messages("app").find("sold") != std::string::npos; }));
  const std::string shown =
      machine_->output_of({"logq", "-D", "/var/log/logq", "-o", "verbose", "MESSAGE=sold"});
  // Of another user's process, which takes a capability.
  EXPECT_NE(shown.find("_EXE=/usr/bin/dash"), std::string::npos) << shown;
  EXPECT_EQ(machine_->output_of({"journalctl", "-q", "-o", "cat", "MESSAGE=sold"}), "");
}

// The ExecStart= line of docs/supervision.md.
std::string documented_start() {
  const std::string page = read_text_file(LOGQ_SOURCE_DIR "/docs/supervision.md");
  const std::size_t at = page.find("ExecStart=/usr/local/bin/logq-run ");
  return page.substr(at, page.find('`', at) - at);
}

TEST_F(StandAloneUnit, ServiceThatLogqRunBecomesIsTheMainProcessOfItsUnit) {
  std::filesystem::create_directories(machine_->path("/opt/hello/bin"));
  const std::string program = machine_->path("/opt/hello/bin/hello");
  write_text_file(program, "#!/bin/sh\necho process $$\nexec sleep 1000\n");
  std::filesystem::permissions(program, std::filesystem::perms(0755));
  machine_->add_unit("hello.service",
                     std::string("[Service]\n") + kInstead + documented_start() + "\n");

  ASSERT_EQ(machine_->run({"systemctl", "start", "hello"}).status, 0);

  const std::string line = "process " + machine_->property("hello", "MainPID");
  EXPECT_TRUE(wait_until([&] { return messages("hello") == line; })) << messages("hello");
}

TEST_F(StandAloneUnit, FilesAreForThoseWhoMayReadTheJournal) {
  EXPECT_EQ(machine_->output_of({"stat", "-c", "%U:%G %a", "/var/log/logq"}),
            "logq:systemd-journal 2750");
  EXPECT_EQ(machine_->output_of({"stat", "-c", "%U:%G %a", "/var/log/logq/system.journal"}),
            "logq:systemd-journal 640");
  EXPECT_EQ(machine_->output_of({"stat", "-c", "%U %a", "/run/logq"}), "logq 755");
}

TEST_F(StandAloneUnit, NoLineIsLostOverARestartAndAKill) {
  constexpr int kLines = 600;
  machine_->add_unit("counter.service",
                     counting_unit(kLines, 200, kInstead, "logq-run -u counter -- "));
  const auto counted = [] { return messages("counter"); };
  ASSERT_EQ(machine_->run({"systemctl", "start", "--no-block", "counter"}).status, 0);
  ASSERT_TRUE(await_line(counted, kLines / 4));
  EXPECT_NE(machine_->property("logqd", "NFileDescriptorStore"), "0");

  ASSERT_EQ(machine_->run({"systemctl", "restart", "logqd"}).status, 0);
  ASSERT_TRUE(await_line(counted, kLines / 2));
  ASSERT_TRUE(signal_process(machine_->main_process("logqd.service"), SIGKILL));

  ASSERT_TRUE(await_line(counted, kLines));
  EXPECT_EQ(missing_lines(messages("counter"), kLines), "");
}

// The drop-in of docs/systemd-units.md, but for the address.
std::string documented_drop_in(const std::string& address) {
  const std::string page = read_text_file(LOGQ_SOURCE_DIR "/docs/systemd-units.md");
  const std::string example = "192.0.2.1";
  const std::size_t begin = page.find("[Service]", page.find("```ini"));
  std::string drop_in = page.substr(begin, page.find("```", begin) - begin);
  return drop_in.replace(drop_in.find(example), example.size(), address);
}

TEST_F(StandAloneUnit, ForwardsOverTheNetworkWithTheDropInOfItsPage) {
  const std::string in_unit = machine_->path("/run/systemd/system/logqd.service.d");
  const std::string in_etc = machine_->path("/etc/logq/logqd.conf.d");
  std::filesystem::create_directories(in_unit);
  std::filesystem::create_directories(in_etc);
  write_text_file(in_unit + "/net.conf", documented_drop_in("127.0.0.1"));
  write_text_file(in_etc + "/net.conf", "[Journal]\nForwardToSocket=127.0.0.1:19532\n");
  const ChildProcess receiver(machine_->command(
      {"perl", "-MIO::Socket::INET", "-e",
       "$| = 1; $l = IO::Socket::INET->new(LocalAddr => '127.0.0.1:19532', Listen => 1) or die; "
       "while ($c = $l->accept) { print while <$c> }"}));
  ASSERT_EQ(machine_->run({"systemctl", "daemon-reload"}).status, 0);
  ASSERT_EQ(machine_->run({"systemctl", "restart", "logqd"}).status, 0) << state();

  machine_->add_unit("far.service", std::string("[Service]\n") + kInstead +
                                        "ExecStart=logq-run -u far -- echo heard from afar\n");
  ASSERT_EQ(machine_->run({"systemctl", "start", "far"}).status, 0);

  EXPECT_TRUE(wait_until([&] {
    return receiver.out().find("\nMESSAGE=heard from afar\n") != std::string::npos;
  })) << receiver.err()
      << state();
  std::filesystem::remove_all(in_unit);
  std::filesystem::remove(in_etc + "/net.conf");
  EXPECT_EQ(machine_->run({"systemctl", "daemon-reload"}).status, 0);
  EXPECT_EQ(machine_->run({"systemctl", "restart", "logqd"}).status, 0) << state();
}

TEST_F(StandAloneUnit, StopsCleanlyAndLeavesAJournalThatVerifies) {
  ASSERT_EQ(machine_->run({"systemctl", "stop", "logqd.service", "logqd.socket"}).status, 0);

  EXPECT_EQ(machine_->property("logqd", "ActiveState"), "inactive");
  EXPECT_EQ(machine_->property("logqd", "Result"), "success");
  const CommandResult verified = machine_->run({"journalctl", "--verify", "-D", "/var/log/logq"});
  EXPECT_EQ(verified.status, 0) << verified.err;
  EXPECT_NE(verified.err.find("PASS"), std::string::npos) << verified.err;
}

class UserUnit : public MachineTest {
 protected:
  static void SetUpTestSuite() {
    boot([](const std::string& root) {
      std::filesystem::create_directories(root + "/etc/sysusers.d");
      std::filesystem::create_directories(root + "/etc/tmpfiles.d");
      write_text_file(root + "/etc/sysusers.d/alice.conf", "u alice 1234 - /home/alice /bin/sh\n");
      write_text_file(root + "/etc/tmpfiles.d/alice.conf",
                      "d /home/alice 0700 alice alice\nd /run/user/1234 0700 alice alice\n");
    });
    if (machine_ == nullptr) return;
    machine_->add_unit("alice.service",
                       "[Service]\nUser=alice\nType=notify\nDelegate=yes\n"
                       "Environment=XDG_RUNTIME_DIR=/run/user/1234\n"
                       "ExecStart=/lib/systemd/systemd --user --unit=basic.target\n");
  }

  // As the user would type it, without a D-Bus.
  static CommandResult as_alice(const std::vector<std::string>& argv) {
    std::vector<std::string> all = {"setpriv",
                                    "--reuid=alice",
                                    "--regid=alice",
                                    "--init-groups",
                                    "env",
                                    "HOME=/home/alice",
                                    "XDG_RUNTIME_DIR=/run/user/1234"};
    all.insert(all.end(), argv.begin(), argv.end());
    return machine_->run(all);
  }
};

TEST_F(UserUnit, CollectsForItsUserOutOfTheBox) {
  ASSERT_EQ(machine_->run({"systemctl", "start", "alice"}).status, 0)
      << machine_->output_of({"systemctl", "status", "alice"});
  const CommandResult started = as_alice({"systemctl", "--user", "start", "logqd"});
  ASSERT_EQ(started.status, 0) << started.err
                               << as_alice({"systemctl", "--user", "status", "logqd"}).out;

  const CommandResult ran = as_alice({"env", "LOGQ_SOCKET=/run/user/1234/logq/socket",
                                      "LOGQ_STDOUT_SOCKET=/run/user/1234/logq/stdout", "logq-run",
                                      "-u", "mine", "--", "echo", "for alice"});

  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_TRUE(wait_until([] {
    return as_alice({"logq", "-u", "mine", "-o", "cat"}).out.find("for alice") != std::string::npos;
  })) << as_alice({"logq"}).out;
  EXPECT_EQ(as_alice({"systemctl", "--user", "stop", "logqd"}).status, 0);
  EXPECT_EQ(as_alice({"systemctl", "--user", "show", "--value", "-p", "Result", "logqd"}).out,
            "success\n");
}

}  // namespace
}  // namespace logq::test
