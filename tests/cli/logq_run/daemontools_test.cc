// The two ways to be used under daemontools, with its real supervise.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "cli/logq_run/programs.h"

namespace logq::test {
namespace {

class DaemontoolsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (run_command(command({"sh", "-c", "command -v supervise svc"}, {})).status != 0) {
      GTEST_SKIP() << "daemontools is not installed";
    }
    if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
    journald_.emplace();
  }
  std::string make_service(const std::string& name, const std::string& script) {
    const std::string path = directory_.path() + "/" + name;
    ::mkdir(path.c_str(), 0755);
    write_text_file(path + "/run", "#!/bin/sh\n" + script + "\n");
    ::chmod((path + "/run").c_str(), 0755);
    return path;
  }
  bool has(const std::string& match) {
    return wait_until([&] { return !journald_->entries({match}).empty(); });
  }

  TempDir directory_;
  std::optional<StockJournald> journald_;
};

TEST_F(DaemontoolsTest, ExecGivesSuperviseTheProgramItself) {
  const std::string service = make_service(
      "hello", "exec " + kLogqRun + " --exec -u hello -- sh -c 'echo up $$; exec sleep 1000'");
  ChildProcess supervise(command({"supervise", service}, towards(*journald_)));
  ASSERT_TRUE(has("_TRANSPORT=stdout"));
  const JournalFields line = journald_->entries({"_TRANSPORT=stdout"}).front();

  const std::string status = run_command(command({"svstat", service}, {})).out;
  run_command(command({"svc", "-dx", service}, {}));

  EXPECT_EQ(line.at("MESSAGE"), "up " + line.at("_PID"));
  EXPECT_NE(status.find("up (pid " + line.at("_PID") + ")"), std::string::npos) << status;
  EXPECT_EQ(supervise.wait().status, 0);
}

TEST_F(DaemontoolsTest, CatIsTheLoggerOfAService) {
  const std::string logger = make_service("log", "exec " + kLogqCat + " -u hello -t hello");
  Command command_line = command({"supervise", logger}, towards(*journald_));
  command_line.input = "from the pipe\n";
  ChildProcess supervise(command_line);

  EXPECT_TRUE(has("SYSLOG_IDENTIFIER=hello"));
  run_command(command({"svc", "-dx", logger}, {}));

  EXPECT_EQ(supervise.wait().status, 0);
  EXPECT_EQ(journald_->entries({"SYSLOG_IDENTIFIER=hello"}).front().at("MESSAGE"), "from the pipe");
}

}  // namespace
}  // namespace logq::test
