// logq-cat as the one line of log/run, and logq-run as that of run, under the real daemontools,
// runit and s6: a service counts, and no number may be missing, whoever is killed and whatever is
// full.
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/long_tests.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

using Strings = std::vector<std::string>;

struct Supervisor {
  std::string name;
  std::string scan;  // started with the directory of services
  Strings kill;      // followed by a service directory: SIGKILL to its process
  friend void PrintTo(const Supervisor& supervisor, std::ostream* out) { *out << supervisor.name; }
};

const Supervisor kSupervisors[] = {
    {"daemontools", "svscan", {"svc", "-k"}},
    {"runit", "runsvdir", {"sv", "kill"}},
    {"s6", "s6-svscan", {"s6-svc", "-k"}},
};

int lines() {
  return rounds(1500, 3000);
}
// So many percent of them.
std::size_t share(int percent) {
  return static_cast<std::size_t>(lines() * percent / 100);
}

class LoggerRecipe : public testing::TestWithParam<Supervisor> {
 protected:
  void SetUp() override {
    const Supervisor& peer = GetParam();
    const std::string needed = "command -v " + peer.scan + " " + peer.kill[0];
    if (run_command({{"sh", "-c", needed}, {}, {}}).status != 0) {
      GTEST_SKIP() << peer.name << " is not installed";
    }
    if (run_command({{"unshare", "-mpf", "true"}, {}, {}}).status != 0) {
      GTEST_SKIP() << "no namespaces here";
    }
    serve("exec 2>&1\ni=0\nwhile [ $i -lt " + std::to_string(lines()) +
          " ]; do\n  echo $i\n  i=$((i + 1))\n"
          "  [ $((i % 20)) = 0 ] && sleep 0.01\ndone\nexec sleep 1000\n");
  }

  [[nodiscard]] std::string scanned() const { return directory_.path() + "/services"; }
  [[nodiscard]] std::string service() const { return scanned() + "/hello"; }
  [[nodiscard]] std::string store() const { return service() + "/log/main"; }

  static void write_program(const std::string& path, const std::string& script) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    write_text_file(path, "#!/bin/sh\n" + script);
    ::chmod(path.c_str(), 0755);
  }
  void serve(const std::string& script) const {
    write_program(service() + "/run", script);
    ::chmod(service().c_str(), 01755);  // for daemontools: it has a logger
  }
  // The script of docs/capturing-output.md whose last line begins with `command`.
  void log_as_documented(const std::string& command) const {
    const std::string page = read_text_file(LOGQ_SOURCE_DIR "/docs/capturing-output.md");
    const std::size_t at = page.find("\n" + command);
    ASSERT_NE(at, std::string::npos) << command;
    write_program(service() + "/log/run", page.substr(at, page.find("```", at) - at));
  }

  // The supervisor, in namespaces that end with it; `prepare` is run before it.
  void start(const Environment& collector = {}, const std::string& prepare = "") {
    Environment environment = collector;
    environment.emplace_back("PATH", std::string(LOGQ_BIN_DIR) + ":" + ::getenv("PATH"));
    const std::string script = prepare + "exec " + GetParam().scan + " \"$0\"";
    supervisor_ = std::make_unique<ChildProcess>(
        Command{.argv = {"unshare", "-mpf", "--propagation", "private", "--kill-child", "sh", "-c",
                         script, scanned()},
                .environment = environment,
                .input = {}});
  }
  void kill_logger() const { kill(service() + "/log"); }
  static void kill(const std::string& directory) {
    Strings argv = GetParam().kill;
    argv.push_back(directory);
    run_command({argv, {}, {}});
  }
  [[nodiscard]] std::string told() const { return supervisor_->out() + supervisor_->err(); }

  static std::set<int> numbers(const std::string& text) {
    std::set<int> found;
    for (const JournalFields& entry : parse_export(text)) {
      const std::string& line = entry.at("MESSAGE");
      // What is left of a service that was killed may complain.
      if (line.find_first_not_of("0123456789") == std::string::npos) found.insert(std::stoi(line));
    }
    return found;
  }
  std::set<int> stored_by(PrivateLogqd& logqd) {
    logqd.sync();
    return numbers(logqd.read("journalctl", {"-u", "hello", "-q", "-o", "export"}).out);
  }
  // What the store has, in the supervisor's mount namespace.
  [[nodiscard]] std::string read_store() const {
    const std::string path = "/proc/" + std::to_string(supervisor_->pid()) + "/root" + store();
    return run_command({{"journalctl", "-D", path, "-u", "hello", "-q", "-o", "export"}, {}, {}})
        .out;
  }
  [[nodiscard]] std::set<int> stored_in_directory() const { return numbers(read_store()); }
  template <typename Stored>
  static bool reaches(std::size_t count, Stored stored) {
    return wait_until([&] { return stored().size() >= count; });
  }

  TempDir directory_;
  std::unique_ptr<ChildProcess> supervisor_;
};

INSTANTIATE_TEST_SUITE_P(Peers,
                         LoggerRecipe,
                         testing::ValuesIn(kSupervisors),
                         [](const auto& chosen) { return chosen.param.name; });

// One after the other: what a collector had not read dies with a logger that is killed meanwhile.
TEST_P(LoggerRecipe, LosesNothingWhenLoggerAndCollectorAreKilled) {
  PrivateLogqd logqd;
  log_as_documented("exec logq-cat -u");
  start(logqd.environment());
  const auto stored = [&] { return stored_by(logqd); };

  for (const int percent : {10, 40, 70}) {
    ASSERT_TRUE(reaches(share(percent), stored)) << told();
    kill_logger();
    ASSERT_TRUE(reaches(share(percent + 15), stored)) << told();
    logqd.kill();
    logqd.start();
  }

  EXPECT_TRUE(reaches(share(100), stored)) << told();
}

// Both ways: through the logger, and by the line of docs/supervision.md without one. The service
// goes on where it was, so a number may come twice.
TEST_P(LoggerRecipe, LosesNothingWhenTheServiceIsKilled) {
  const std::string count = "while i=$(stat -c %s done) && [ $i -lt " +
                            std::to_string(lines() / 5) +
                            " ]; do\n  echo $i\n  printf . >>done\n"
                            "  [ $((i % 20)) = 0 ] && sleep 0.01\ndone\nexec sleep 1000\n";
  const std::string page = read_text_file(LOGQ_SOURCE_DIR "/docs/supervision.md");
  const std::string line = "exec logq-run --exec -u hello -- ./hello";
  ASSERT_NE(page.find("`" + line + "`"), std::string::npos);
  for (const bool has_logger : {true, false}) {
    SCOPED_TRACE(has_logger);
    PrivateLogqd logqd;
    std::filesystem::remove_all(service());
    write_program(service() + "/hello", count);
    write_text_file(service() + "/done", "");
    serve("exec 2>&1\n" + (has_logger ? "exec ./hello\n" : line + "\n"));
    if (has_logger) log_as_documented("exec logq-cat -u");
    start(logqd.environment());
    const auto stored = [&] { return stored_by(logqd); };

    ASSERT_TRUE(reaches(share(5), stored)) << told();
    kill(service());
    EXPECT_TRUE(reaches(share(20), stored)) << told();
    const auto entries = parse_export(logqd.read("logq", {"-u", "hello", "-o", "export"}).out);
    EXPECT_EQ(entries.front().at("_COMM"), has_logger ? "logq-cat" : "hello");
    supervisor_.reset();
  }
}

TEST_P(LoggerRecipe, LosesNothingOfAStoreOfItsOwnWhenTheLoggerIsKilled) {
  log_as_documented("exec logq-cat -D");
  start();

  for (const int percent : {10, 30, 50}) {
    ASSERT_TRUE(reaches(share(percent), [&] { return stored_in_directory(); })) << told();
    kill_logger();
  }

  EXPECT_TRUE(reaches(share(100), [&] { return stored_in_directory(); })) << told();
  // The last kill may come when everything is stored.
  EXPECT_TRUE(wait_until([&] {
    return told().find("the last logger did not stop cleanly") != std::string::npos;
  })) << told();
}

TEST_P(LoggerRecipe, SaysWhichProcessTheSupervisorRuns) {
  serve("exec 2>&1\nwhile :; do\n  echo $$\n  sleep 0.05\ndone\n");
  log_as_documented("exec logq-cat -D");
  start();

  // The first line may be read before the supervisor has written down whom it has started.
  EXPECT_TRUE(wait_until([&] {
    const auto entries = parse_export(read_store());
    if (entries.empty()) return false;
    const auto pid = entries.back().find("OBJECT_PID");
    return pid != entries.back().end() && pid->second == entries.back().at("MESSAGE");
  })) << told();
}

// As daemontools would have it: a user of its own for the logger, who may do nothing else.
TEST_P(LoggerRecipe, NeedsNoPrivilegeForAStoreOfItsOwn) {
  const std::string logger = LOGQ_BIN_DIR "/logq-cat";
  if (run_command({{"setpriv", "--reuid", "nobody", "--clear-groups", logger, "--version"}, {}, {}})
          .status != 0) {
    GTEST_SKIP() << "nobody cannot run " << logger;
  }
  serve("exec 2>&1\necho hello\nexec sleep 1000\n");
  write_program(service() + "/log/run",
                "mkdir -p main; chown nobody main\n"
                "exec setpriv --reuid nobody --clear-groups logq-cat -D ./main -u hello\n");
  std::filesystem::permissions(directory_.path(), std::filesystem::perms(0755));
  start();

  ASSERT_TRUE(wait_until([&] { return !read_store().empty(); })) << told();
  const JournalFields entry = parse_export(read_store()).front();
  EXPECT_EQ(entry.at("MESSAGE"), "hello");
  EXPECT_EQ(entry.at("_SYSTEMD_UNIT"), "hello.service");
  EXPECT_EQ(entry.at("_UID"), "65534");
}

// 128 KiB hold no journal file: the logger fails until there is room, and the service waits.
TEST_P(LoggerRecipe, LosesNothingWhenTheDiskIsFullAndThenEnlarged) {
  log_as_documented("exec logq-cat -D");
  std::filesystem::create_directories(store());
  const std::string enlarge = directory_.path() + "/enlarge";
  start({}, "mount -t tmpfs -o size=128k none \"$0/hello/log/main\" || exit 99\n(until [ -e " +
                enlarge + " ]; do sleep 0.01; done\nmount -o remount,size=64m " + store() +
                ") &\n");
  ASSERT_TRUE(wait_until([&] { return told().find("No space left") != std::string::npos; }))
      << told();

  write_text_file(enlarge, "");

  EXPECT_TRUE(reaches(share(100), [&] { return stored_in_directory(); })) << told();
}

}  // namespace
}  // namespace logq::test
