// README.md's two recipes for daemontools, taken from its text, with the real supervise and logqd.
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "support/private_logqd.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

// The README's script whose last line begins with `command`; "" when there is none.
std::string recipe(const std::string& command) {
  const std::string text = read_text_file(LOGQ_SOURCE_DIR "/README.md");
  const std::string head = "#!/bin/sh\n";
  const std::size_t at = text.find(head + command);
  if (at == std::string::npos) return "";
  return text.substr(at, text.find("```", at) - at);
}

class DaemontoolsRecipe : public testing::Test {
 protected:
  void SetUp() override {
    if (run_command({{"sh", "-c", "command -v supervise svc svstat"}, {}, {}}).status != 0) {
      GTEST_SKIP() << "daemontools is not installed";
    }
  }
  // A service directory with this `run`, beside a service `hello` that says which pid it has.
  std::string make_service(const std::string& run) {
    write_program("/run", run);
    write_program("/hello", "#!/bin/sh\necho pid $$\nexec sleep 1000\n");
    return directory_.path();
  }
  Environment environment() {
    Environment environment = logqd_.environment();
    environment.emplace_back("PATH", std::string(LOGQ_BIN_DIR) + ":" + ::getenv("PATH"));
    return environment;
  }
  std::vector<JournalFields> lines_of_unit() {
    logqd_.sync();
    const std::vector<std::string> arguments{"-u", "hello", "-q", "-o", "export"};
    return parse_export(logqd_.read("logq", arguments).out);
  }

  PrivateLogqd logqd_;

 private:
  void write_program(const std::string& name, const std::string& script) {
    write_text_file(directory_.path() + name, script);
    ::chmod((directory_.path() + name).c_str(), 0755);
  }

  TempDir directory_;
};

TEST_F(DaemontoolsRecipe, RunKeepsThePidOfEveryLine) {
  const std::string service = make_service(recipe("exec logq-run"));
  ChildProcess supervise({{"supervise", service}, environment(), {}});
  ASSERT_TRUE(wait_until([&] { return !lines_of_unit().empty(); })) << supervise.err();

  const JournalFields line = lines_of_unit().front();
  const std::string status = run_command({{"svstat", service}, {}, {}}).out;
  run_command({{"svc", "-dx", service}, {}, {}});

  EXPECT_EQ(line.at("MESSAGE"), "pid " + line.at("_PID"));
  EXPECT_EQ(line.at("_SYSTEMD_UNIT"), "hello.service");
  EXPECT_NE(status.find("up (pid " + line.at("_PID") + ")"), std::string::npos) << status;
  EXPECT_EQ(supervise.wait().status, 0);
}

TEST_F(DaemontoolsRecipe, LogRunTakesThePlaceOfMultilog) {
  const std::string logger = make_service(recipe("exec logq-cat"));
  ChildProcess supervise({{"supervise", logger}, environment(), "from the pipe\n"});
  ASSERT_TRUE(wait_until([&] { return !lines_of_unit().empty(); })) << supervise.err();

  const JournalFields line = lines_of_unit().front();
  run_command({{"svc", "-dx", logger}, {}, {}});

  EXPECT_EQ(line.at("MESSAGE"), "from the pipe");
  EXPECT_EQ(line.at("SYSLOG_IDENTIFIER"), "hello");
  EXPECT_EQ(supervise.wait().status, 0);
}

}  // namespace
}  // namespace logq::test
