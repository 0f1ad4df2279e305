// What a unit's file says about its log (LogLevelMax=, LogRateLimit...=, LogExtraFields=), as the
// service manager leaves it in /run/systemd/units: stock journald and logqd store the same.
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "collect/unit_process.h"
#include "support/child_process.h"
#include "support/native_sender.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/temp_dir.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

namespace fs = std::filesystem;

// A logqd with a /run of its own, as StockJournald has one.
class SecludedLogqd {
 public:
  explicit SecludedLogqd(const std::string& settings) : logqd_(start(directory_.path(), settings)) {
    wait_until([&] { return accepts_connections(run() + "/stdout", SOCK_STREAM); });
  }
  ~SecludedLogqd() {
    logqd_.signal(SIGTERM);
    logqd_.wait();
  }
  [[nodiscard]] pid_t pid() const { return logqd_.pid(); }
  [[nodiscard]] std::string run() const { return directory_.path() + "/run"; }
  [[nodiscard]] std::string store() const { return directory_.path() + "/store"; }
  void sync() const {
    fs::remove(run() + "/synced");
    logqd_.signal(SIGRTMIN + 1);
    wait_until([&] { return fs::exists(run() + "/synced"); });
  }

 private:
  static Command start(const std::string& directory, const std::string& settings) {
    write_text_file(directory + "/conf", "[Journal]\n" + settings);
    const std::string script = "mount -t tmpfs none /run && exec \"$0\" \"$@\"";
    return {{"unshare", "-m", "--propagation", "private", "sh", "-c", script,
             built_program("logqd"), "--runtime-dir=" + directory + "/run",
             "--storage-dir=" + directory + "/store", "--config=" + directory + "/conf"},
            {},
            {}};
  }

  TempDir directory_;
  ChildProcess logqd_;
};

// Puts the settings of a unit where the collector `pid` looks for them.
void configure_unit(pid_t pid, const std::string& unit) {
  const std::string units = "/proc/" + std::to_string(pid) + "/root/run/systemd/units";
  fs::create_directories(units);
  fs::create_symlink("4", units + "/log-level-max:" + unit);
  fs::create_symlink("3600000000", units + "/log-rate-limit-interval:" + unit);
  fs::create_symlink("3", units + "/log-rate-limit-burst:" + unit);
  fs::create_symlink("0123456789abcdef0123456789abcdef", units + "/invocation:" + unit);
  std::string fields;
  for (const std::string field : {"EXTRA=one", "EXTRA=two", "EMPTY=", "BINARY=a\nb"}) {
    fields += static_cast<char>(field.size());
    fields += std::string(7, '\0') + field;
  }
  write_text_file(units + "/log-extra-fields:" + unit, fields);
}

// Levels 3 to 6 on every socket, six of each.
UnitProcess::Work log_in_every_way(const std::string& run) {
  return [run] {
    NativeSender native(run + "/socket");
    NativeSender syslog(run + "/dev-log");
    const base::UniqueFd stream = connect_unix(run + "/stdout", SOCK_STREAM);
    std::string lines = "id\n\n6\n1\n0\n0\n0\n";
    for (int i = 0; i < 24; ++i) {
      const std::string level = std::to_string(3 + i % 4);
      native.send({{"MESSAGE", "native " + level}, {"PRIORITY", level}});
      syslog.send_bytes("<" + level + ">Oct 11 22:14:15 tag: syslog " + level);
      lines += "<" + level + ">stream " + level + "\n";
    }
    if (::send(stream.get(), lines.data(), lines.size(), MSG_NOSIGNAL) < 0) ::_exit(1);
  };
}

// How often each of these fields was stored of the unit's entries.
std::map<std::string, int> counted(const std::string& directory, const std::string& unit) {
  std::map<std::string, int> counts;
  const CommandResult read = run_command(
      {{"journalctl", "-q", "-o", "export", "--all", "-D", directory, "_SYSTEMD_UNIT=" + unit},
       {},
       {}});
  for (const OrderedFields& entry : parse_export_in_order(read.out)) {
    for (const auto& [name, value] : entry) {
      for (const char* compared :
           {"PRIORITY", "EXTRA", "EMPTY", "BINARY", "_SYSTEMD_INVOCATION_ID", "_SYSTEMD_UNIT"}) {
        if (name == compared) ++counts[name + "=" + value];
      }
    }
  }
  return counts;
}

TEST(UnitSettings, CountForAUnitAsWithStockJournald) {
  if (auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  const std::string settings = "SystemMaxUse=1M\nRateLimitBurst=1000\nForwardToWall=no\n";
  StockJournald journald(settings);
  const SecludedLogqd logqd(settings);
  const std::string unit = "logq-unit-" + std::to_string(::getpid()) + ".service";
  configure_unit(journald.pid(), unit);
  configure_unit(logqd.pid(), unit);
  {
    const UnitProcess process(unit, log_in_every_way(journald.runtime_dir()));
    if (!process.possible()) GTEST_SKIP() << "control groups cannot be made here";
    journald.sync();
  }
  {
    const UnitProcess process(unit, log_in_every_way(logqd.run()));
    logqd.sync();
  }

  const auto expected = counted(journald.storage_dir(), unit);

  EXPECT_EQ(counted(logqd.store(), unit), expected);
  EXPECT_EQ(expected.at("PRIORITY=3"), 3) << "of 18";
  EXPECT_EQ(expected.at("PRIORITY=4"), 3);
  EXPECT_FALSE(expected.contains("PRIORITY=5"));
  EXPECT_EQ(expected.at("EXTRA=two"), 6);
}

}  // namespace
}  // namespace logq::test
