// Journal namespaces collected by logqd, beside Debian's own systemd-journald.
#include <signal.h>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/counting_unit.h"
#include "support/long_tests.h"
#include "support/machine_test.h"

namespace logq::test {
namespace {

constexpr int kNamespaceLines = 600;

class JournalNamespace : public MachineTest {
 protected:
  static void SetUpTestSuite() {
    boot([](const std::string& root) {
      link_drop_in(root, "journald-namespace.conf", "systemd-journald@shop.service");
    });
  }

  // What a program prints of the messages in a namespace, "" for the machine's own journal; further
  // arguments choose among them.
  static std::string messages(const std::string& program,
                              const std::string& name_space,
                              const std::vector<std::string>& which = {}) {
    std::vector<std::string> argv = {program, "--namespace=" + name_space, "-q", "-o", "cat"};
    argv.insert(argv.end(), which.begin(), which.end());
    return machine_->output_of(argv);
  }
  static bool await_message(const std::string& name_space, const std::string& text) {
    const std::string line = "\n" + text + "\n";
    return wait_until(
        [&] {
          return ("\n" + messages("journalctl", name_space) + "\n").find(line) != std::string::npos;
        },
        std::chrono::seconds(60));
  }
  static std::string collector_of(const std::string& name_space) {
    return machine_->output_of({"ps", "-o", "comm=", "-p",
                                machine_->property("systemd-journald@" + name_space, "MainPID")});
  }
};

TEST_F(JournalNamespace, NamespaceLogqNeedsNoSetUp) {
  machine_->add_unit("spaced.service",
                     "[Service]\nType=oneshot\nRemainAfterExit=yes\nLogNamespace=logq\n"
                     "ExecStart=echo printed\nExecStart=logger by syslog\n"
                     "ExecStart=sh -c 'echo MESSAGE=by datagram | logger --journald'\n");

  ASSERT_EQ(machine_->run({"systemctl", "start", "spaced"}).status, 0);

  for (const char* text : {"printed", "by syslog", "by datagram"})
    EXPECT_TRUE(await_message("logq", text)) << messages("journalctl", "logq");
  EXPECT_EQ(collector_of("logq"), "logqd");  // by now: systemd's child before
  // Whether the two loggers were still there when logqd, which is started by them, came to look is
  // another matter.
  const std::vector<std::string> of_unit = {"-u", "spaced", "_TRANSPORT=stdout"};
  EXPECT_EQ(messages("logq", "logq", of_unit), "printed");
  EXPECT_EQ(messages("journalctl", "logq", of_unit), "printed");
  EXPECT_EQ(messages("journalctl", "", {"MESSAGE=printed"}), "");
  EXPECT_EQ(messages("logq", "logq", {"-F", "_NAMESPACE"}), "logq");
  for (const char* verb : {"--sync", "--rotate"})
    EXPECT_EQ(machine_->run({"journalctl", "--namespace=logq", verb}).status, 0) << verb;
}

TEST_F(JournalNamespace, AnotherNamespaceNeedsALink) {
  machine_->add_unit("shop.service",
                     "[Service]\nType=oneshot\nRemainAfterExit=yes\nLogNamespace=shop\n"
                     "ExecStart=echo sold\n");

  ASSERT_EQ(machine_->run({"systemctl", "start", "shop"}).status, 0);

  EXPECT_TRUE(await_message("shop", "sold"));
  EXPECT_EQ(collector_of("shop"), "logqd");
  EXPECT_EQ(messages("logq", "logq", {"MESSAGE=sold"}), "");
}

// On a machine of their own, which is not booted for nothing.
class JournalNamespaceOverTime : public JournalNamespace {
 protected:
  static bool is_wanted() { return rounds(0, 1) > 0; }
  static void SetUpTestSuite() {
    if (is_wanted()) JournalNamespace::SetUpTestSuite();
  }
  void SetUp() override {
    if (!is_wanted()) GTEST_SKIP() << "takes over half a minute: with --long";
    JournalNamespace::SetUp();
  }
};

TEST_F(JournalNamespaceOverTime, CollectorEndsWhenNobodyUsesItAndComesBack) {
  machine_->add_unit("rare.service",
                     "[Service]\nType=oneshot\nLogNamespace=shop\nExecStart=echo seldom\n");
  ASSERT_EQ(machine_->run({"systemctl", "start", "rare"}).status, 0);
  ASSERT_EQ(machine_->run({"systemctl", "stop", "shop"}).status, 0);
  const auto state = [] { return machine_->property("systemd-journald@shop", "ActiveState"); };

  EXPECT_TRUE(wait_until([&] { return state() == "inactive"; }));
  EXPECT_EQ(machine_->property("systemd-journald@shop", "Result"), "success");
  ASSERT_EQ(machine_->run({"systemctl", "start", "rare"}).status, 0);

  EXPECT_TRUE(wait_until([] {
    return messages("journalctl", "shop", {"-u", "rare"}) == "seldom\nseldom";
  }));
  EXPECT_EQ(state(), "active");
}

TEST_F(JournalNamespace, NoLineIsLostOverARestartAndAKill) {
  machine_->add_unit("counter.service", counting_unit(kNamespaceLines, 200, "LogNamespace=logq\n"));
  ASSERT_EQ(machine_->run({"systemctl", "start", "--no-block", "counter"}).status, 0);
  ASSERT_TRUE(await_message("logq", "line " + std::to_string(kNamespaceLines / 4)));

  ASSERT_EQ(machine_->run({"systemctl", "restart", "systemd-journald@logq"}).status, 0);
  ASSERT_TRUE(await_message("logq", "line " + std::to_string(kNamespaceLines / 2)));
  ASSERT_TRUE(signal_process(machine_->main_process("systemd-journald@logq"), SIGKILL));

  ASSERT_TRUE(await_message("logq", "line " + std::to_string(kNamespaceLines)));
  EXPECT_EQ(missing_lines(messages("journalctl", "logq", {"-u", "counter"}), kNamespaceLines), "");
}

TEST_F(JournalNamespace, CollectorStopsCleanlyAndLeavesAJournalThatVerifies) {
  ASSERT_EQ(machine_->run({"systemctl", "stop", "systemd-journald@logq"}).status, 0);

  EXPECT_EQ(machine_->property("systemd-journald@logq", "Result"), "success");
  const CommandResult verified = machine_->run({"journalctl", "--namespace=logq", "--verify"});
  EXPECT_EQ(verified.status, 0) << verified.err;
  EXPECT_NE(verified.err.find("PASS"), std::string::npos) << verified.err;
}

}  // namespace
}  // namespace logq::test
