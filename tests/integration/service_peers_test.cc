// Servers of the distribution under logq-run, by the unit files that it ships, each in a container
// without the host's /run, network and processes. Drop-ins change no more than what a test needs.
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "supervise/process_list.h"
#include "support/long_tests.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

constexpr const char* kUnits = "/lib/systemd/system/";

// $1: what else the container needs; the others: the program that becomes its first process.
constexpr const char* kContainer =
    "set -e; mount -t tmpfs -o mode=0755 none /run; mount -t tmpfs -o mode=1777 none /dev/shm\n"
    "python3 -c 'import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914,"
    " struct.pack(\"16sH22x\", b\"lo\", 0x49))'\n"  // SIOCSIFFLAGS: the loopback device is up
    "own() { mount -t tmpfs -o mode=\"$2\" none \"$3\"; chown \"$1\" \"$3\"; }\n"
    "eval \"$1\"; shift; exec \"$@\"";

class ServicePeers : public testing::Test {
 protected:
  void SetUp() override {
    if (rounds(0, 1) == 0) GTEST_SKIP() << "with --long only";
    if (::geteuid() != 0) GTEST_SKIP() << "containers need root";
    const CommandResult probe = run_command(
        {.argv = {"unshare", "-mnpf", "--mount-proc", "true"}, .environment = {}, .input = {}});
    if (probe.status != 0) GTEST_SKIP() << "no containers here: " + probe.err;
    logqd_.emplace();
  }
  // A unit of the distribution, where its package is installed.
  void take_unit(const std::string& name, const std::string& drop_in = "") {
    const std::string file = kUnits + name;
    if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not installed";
    std::filesystem::copy_file(file, path(name));
    if (drop_in.empty()) return;
    const auto at = name.find('@');
    const std::string of_all = at == std::string::npos ? name : name.substr(0, at) + "@.service";
    std::filesystem::create_directory(path(of_all + ".d"));
    write_text_file(path(of_all + ".d/test.conf"), drop_in);
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return home_.path() + "/" + name;
  }

  // `units[0]` is the one that the test is about.
  void run(const Strings& units, const std::string& preparation) {
    unit_ = units.front();
    Command command{
        .argv = {"unshare", "-mnpf", "--propagation", "private", "--kill-child", "--mount-proc",
                 "sh", "-c", kContainer, "sh", preparation, built_program("logq-run")},
        .environment = logqd_->environment(),
        .input = {},
        .dies_with_test = true};
    for (const std::string& unit : units)
      command.argv.push_back(path(unit));
    container_.emplace(command);
    ASSERT_TRUE(wait_until([&] {
      std::this_thread::sleep_for(10ms);
      return read_text_file("/proc/" + std::to_string(supervisor()) + "/comm") == "logq-run\n";
    })) << container_->err();
  }
  [[nodiscard]] pid_t supervisor() const {
    for (const auto& info : supervise::list_processes())
      if (info.parent == container_->pid()) return info.pid;
    return 0;
  }
  // Runs something beside the service.
  [[nodiscard]] CommandResult inside(const Strings& argv) const {
    Command command{.argv = {"nsenter", "-t", std::to_string(supervisor()), "-m", "-n", "-p", "--"},
                    .environment = {},
                    .input = {}};
    command.argv.insert(command.argv.end(), argv.begin(), argv.end());
    return run_command(command);
  }
  void signal_supervisor(int number) const { signal_process(supervisor(), number); }
  // A process of the container, by what it is called.
  [[nodiscard]] pid_t process_called(const std::string& command) const {
    const std::string ours =
        std::filesystem::read_symlink("/proc/" + std::to_string(supervisor()) + "/ns/pid");
    std::error_code ended;
    for (const auto& info : supervise::list_processes())
      if (info.command == command &&
          std::filesystem::read_symlink("/proc/" + std::to_string(info.pid) + "/ns/pid", ended) ==
              ours)
        return info.pid;
    return 0;
  }

  [[nodiscard]] std::vector<JournalFields> entries(const Strings& matches) const {
    Strings arguments{"-q", "-o", "export"};
    arguments.insert(arguments.end(), matches.begin(), matches.end());
    return parse_export(logqd_->read("journalctl", arguments).out);
  }
  // What logq-run has told of a unit, but for what it does not honour, and for how long it took.
  [[nodiscard]] Strings told_of(const std::string& unit) const {
    static const Strings left_out{"c772d24e9a884cbeb9ea12625c306c01",   // a bad unit file
                                  "ae8f7b866b0347b9af31fe1c80b127c0"};  // processor time
    Strings messages;
    for (const JournalFields& entry : entries({"UNIT=" + unit, "SYSLOG_IDENTIFIER=logq-run"})) {
      const auto id = entry.find("MESSAGE_ID");
      if (id == entry.end() || std::ranges::count(left_out, id->second) == 0)
        messages.push_back(entry.at("MESSAGE"));
    }
    return messages;
  }
  [[nodiscard]] Strings told() const { return told_of(unit_); }
  // Whether it comes to be told once more than `before`.
  [[nodiscard]] bool comes(const std::string& message, std::ptrdiff_t before = 0) const {
    return wait_until([&] {
      std::this_thread::sleep_for(50ms);
      return std::ranges::count(told(), message) > before;
    });
  }
  // Whether the service has printed a line with that.
  [[nodiscard]] bool has_printed(const std::string& text) const {
    return std::ranges::any_of(entries({"_SYSTEMD_UNIT=" + unit_, "_TRANSPORT=stdout"}),
                               [&](const JournalFields& entry) {
                                 return entry.at("MESSAGE").find(text) != std::string::npos;
                               });
  }
  CommandResult stop() {
    signal_supervisor(SIGTERM);
    return container_->wait();
  }

  // The containers have a /dev/shm of their own, so what they share with the test is not there.
  const int shared_ = ::setenv("TMPDIR", "/tmp", 1);
  TempDir home_;
  std::optional<PrivateLogqd> logqd_;
  std::optional<ChildProcess> container_;
  std::string unit_;
};

#define LOGQ_TAKE_UNIT(...) \
  take_unit(__VA_ARGS__);   \
  if (IsSkipped()) return

// --- Erlang's port mapper ---

TEST_F(ServicePeers, ErlangsPortMapperServesItsSocket) {
  LOGQ_TAKE_UNIT("epmd.service");
  LOGQ_TAKE_UNIT("epmd.socket");
  run({"epmd.service", "epmd.socket"}, "");
  ASSERT_TRUE(comes("Started epmd.service - Erlang Port Mapper Daemon."));

  EXPECT_EQ(inside({"epmd", "-names"}).out, "epmd: up and running on port 4369 with data:\n");
  EXPECT_EQ(stop().status, 128 + SIGTERM);
  EXPECT_EQ(told(), (Strings{"Started epmd.service - Erlang Port Mapper Daemon.",
                             "Stopping epmd.service - Erlang Port Mapper Daemon...",
                             "epmd.service: Deactivated successfully.",
                             "Stopped epmd.service - Erlang Port Mapper Daemon."}));
  EXPECT_EQ(told_of("epmd.socket"),
            (Strings{"Listening on epmd.socket - Erlang Port Mapper Daemon Activation Socket.",
                     "epmd.socket: Deactivated successfully.",
                     "Closed epmd.socket - Erlang Port Mapper Daemon Activation Socket."}));
}

// epmd.service requires its socket: that is enough.
TEST_F(ServicePeers, ErlangsPortMapperBringsTheSocketThatItRequires) {
  LOGQ_TAKE_UNIT("epmd.service");
  LOGQ_TAKE_UNIT("epmd.socket");
  run({"epmd.service"}, "");
  ASSERT_TRUE(comes("Started epmd.service - Erlang Port Mapper Daemon."));
  EXPECT_EQ(inside({"epmd", "-names"}).out, "epmd: up and running on port 4369 with data:\n");
  stop();
  EXPECT_EQ(entries({"UNIT=epmd.service", "MESSAGE_ID=c772d24e9a884cbeb9ea12625c306c01"}).size(),
            0U);
}

// --- Redis ---

constexpr const char* kRedis = "redis-server.service - Advanced key-value store";
constexpr const char* kRedisDirectories =
    "own redis:redis 0750 /var/lib/redis; own redis:redis 0750 /var/log/redis";
// It logs to its output, and has something to be reloaded.
constexpr const char* kRedisDropIn =
    "[Service]\nExecStart=\n"
    "ExecStart=/usr/bin/redis-server /etc/redis/redis.conf --supervised systemd --daemonize no "
    "--logfile ''\n"
    "ExecReload=/usr/bin/redis-cli config set maxmemory 64mb\n";

TEST_F(ServicePeers, RedisIsStartedWhenReadyReloadedAndStopped) {
  LOGQ_TAKE_UNIT("redis-server.service", kRedisDropIn);
  run({"redis-server.service"}, kRedisDirectories);
  const std::string redis = kRedis;
  ASSERT_TRUE(comes("Started " + redis + "."));
  EXPECT_EQ(inside({"redis-cli", "ping"}).out, "PONG\n");
  signal_supervisor(SIGHUP);
  ASSERT_TRUE(comes("Reloaded " + redis + "."));
  EXPECT_EQ(inside({"redis-cli", "config", "get", "maxmemory"}).out, "maxmemory\n67108864\n");

  EXPECT_EQ(stop().status, 0);
  EXPECT_EQ(
      told(),
      (Strings{"Starting " + redis + "...", "redis-server.service: Redis is loading...",
               "redis-server.service: Ready to accept connections", "Started " + redis + ".",
               "Reloading " + redis + "...", "Reloaded " + redis + ".", "Stopping " + redis + "...",
               "redis-server.service: Saving the final RDB snapshot",
               "redis-server.service: Deactivated successfully.", "Stopped " + redis + "."}));
  EXPECT_EQ(entries({"STATUS_TEXT=Ready to accept connections"}).size(), 1U);
  EXPECT_TRUE(has_printed("Running mode=standalone, port=6379."));
  EXPECT_TRUE(has_printed("Redis is now ready to exit, bye bye..."));
  EXPECT_EQ(
      entries({"_SYSTEMD_UNIT=redis-server.service", "SYSLOG_IDENTIFIER=redis-cli", "MESSAGE=OK"})
          .size(),
      1U);
}

TEST_F(ServicePeers, RedisIsStartedAgainWhenItIsKilled) {
  LOGQ_TAKE_UNIT("redis-server.service", kRedisDropIn);
  run({"redis-server.service"}, kRedisDirectories);
  const std::string redis = kRedis;
  ASSERT_TRUE(comes("Started " + redis + "."));
  ASSERT_TRUE(signal_process(process_called("redis-server"), SIGKILL));
  ASSERT_TRUE(comes("Started " + redis + ".", 1));

  EXPECT_EQ(stop().status, 0);
  const Strings all = told();
  const auto end = std::ranges::find(
      all, "redis-server.service: Main process exited, code=killed, status=9/KILL");
  ASSERT_GE(all.end() - end, 4);
  EXPECT_EQ(Strings(end + 1, end + 4),
            (Strings{"redis-server.service: Failed with result 'signal'.",
                     "redis-server.service: Scheduled restart job, restart counter is at 1.",
                     "Stopped " + redis + "."}));
}

// --- PostgreSQL ---

class Postgres : public ServicePeers {
 protected:
  static std::string version() {
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", none))
      if (std::filesystem::exists(entry.path() / "bin/postgres")) return entry.path().filename();
    return "";
  }
  // Skips without it.
  void start(std::string drop_in) {
    const std::string version = this->version();
    if (version.empty()) GTEST_SKIP() << "postgresql is not installed";
    take_unit("postgresql@.service");
    if (IsSkipped()) return;
    for (std::size_t at = 0; (at = drop_in.find("VERSION", at)) != std::string::npos;)
      drop_in.replace(at, 7, version);
    std::filesystem::create_directory(path("postgresql@.service.d"));
    write_text_file(path("postgresql@.service.d/test.conf"), drop_in);
    cluster_ = "postgresql@" + version + "-main.service";
    described_ = cluster_ + " - PostgreSQL Cluster " + version + "-main";
    setting_ = "/etc/postgresql/" + version + "/main/conf.d/test.conf";
    run({cluster_}, std::string(kDirectories) + "pg_createcluster " + version +
                        " main -- --no-sync >/dev/null");
    ASSERT_TRUE(comes("Started " + described_ + "."));
  }
  // For a new cluster, beside none of the host's.
  static constexpr const char* kDirectories =
      "own postgres:postgres 0755 /etc/postgresql; own postgres:postgres 0755 /var/lib/postgresql\n"
      "own root:postgres 1775 /var/log/postgresql\n"
      "install -d -o postgres -g postgres -m 2775 /run/postgresql\n";

  [[nodiscard]] std::string answer(const std::string& query) const {
    return inside({"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "psql",
                   "-XtAc", query})
        .out;
  }
  // That a setting counts which was made after the start.
  void reload() {
    ASSERT_EQ(inside({"sh", "-c", "echo 'work_mem = 5MB' >" + setting_}).status, 0);
    EXPECT_EQ(answer("show work_mem"), "4MB\n");
    signal_supervisor(SIGHUP);
    ASSERT_TRUE(comes("Reloaded " + described_ + "."));
    EXPECT_TRUE(wait_until([&] { return answer("show work_mem") == "5MB\n"; }));
  }
  [[nodiscard]] Strings life() const {
    return {"Starting " + described_ + "...",  "Started " + described_ + ".",
            "Reloading " + described_ + "...", "Reloaded " + described_ + ".",
            "Stopping " + described_ + "...",  cluster_ + ": Deactivated successfully.",
            "Stopped " + described_ + "."};
  }

  std::string cluster_;
  std::string described_;
  std::string setting_;
};

TEST_F(Postgres, IsFollowedByItsPidFileWhenItForks) {
  start("");
  if (IsSkipped() || HasFatalFailure()) return;
  reload();
  EXPECT_EQ(stop().status, 0);
  EXPECT_EQ(told(), life());
}

// "ExecStart=-" forgives the daemon, too; its ExecStop= finds nobody.
TEST_F(Postgres, ThatForkedAndIsKilledIsMissedByItsStopCommand) {
  start("");
  if (IsSkipped() || HasFatalFailure()) return;
  const std::string file = answer("show external_pid_file");
  ASSERT_EQ(
      inside({"sh", "-c", "kill -KILL $(cat " + file.substr(0, file.find('\n')) + ")"}).status, 0);

  EXPECT_EQ(container_->wait().status, 128 + SIGKILL);
  EXPECT_EQ(told(), (Strings{"Starting " + described_ + "...", "Started " + described_ + ".",
                             cluster_ + ": Control process exited, code=exited, "
                                        "status=2/INVALIDARGUMENT",
                             cluster_ + ": Failed with result 'exit-code'."}));
  EXPECT_TRUE(has_printed("Cluster is not running."));
}

TEST_F(Postgres, SaysItselfWhenItIsReady) {
  start(
      "[Service]\nType=notify\nUser=postgres\nPIDFile=\nExecStart=\n"
      "ExecStart=/usr/lib/postgresql/VERSION/bin/postgres -D /var/lib/postgresql/VERSION/main "
      "-c config_file=/etc/postgresql/VERSION/main/postgresql.conf\n"
      "ExecReload=\nExecReload=/bin/kill -HUP $MAINPID\nExecStop=\nKillMode=mixed\n"
      "KillSignal=SIGINT\n");
  if (IsSkipped() || HasFatalFailure()) return;
  EXPECT_TRUE(has_printed("database system is ready to accept connections"));
  reload();
  EXPECT_EQ(stop().status, 0);
  EXPECT_EQ(told(), life());
  EXPECT_TRUE(has_printed("received SIGHUP, reloading configuration files"));
  EXPECT_TRUE(has_printed("database system is shut down"));
}

// --- ejabberd ---

class Ejabberd : public ServicePeers {
 protected:
  // Skips without it.
  void start(const std::string& drop_in = "") {
    take_unit("ejabberd.service", drop_in);
    if (IsSkipped()) return;
    run({"ejabberd.service"}, kDirectories);
    ASSERT_TRUE(comes("Started " + described() + "."));
    EXPECT_TRUE(has_printed("Configuration loaded successfully"));
  }
  static std::string described() {
    return "ejabberd.service - robust, scalable and extensible realtime platform (XMPP server + "
           "MQTT broker + SIP service)";
  }
  static constexpr const char* kDirectories =
      "own ejabberd:ejabberd 0700 /var/lib/ejabberd; own ejabberd:ejabberd 0700 /var/log/ejabberd\n"
      "install -d -o ejabberd -g ejabberd /run/ejabberd";
};

TEST_F(Ejabberd, IsStartedWhenReadyReloadedAndStopped) {
  start();
  if (IsSkipped() || HasFatalFailure()) return;
  signal_supervisor(SIGHUP);
  ASSERT_TRUE(comes("Reloaded " + described() + "."));
  // Not by us: it says so.
  ASSERT_EQ(inside({"ejabberdctl", "reload_config"}).status, 0);
  ASSERT_TRUE(comes("Reloaded " + described() + ".", 1));

  EXPECT_EQ(stop().status, 0);
  const std::string ejabberd = described();
  EXPECT_EQ(told(),
            (Strings{"Starting " + ejabberd + "...", "Started " + ejabberd + ".",
                     "Reloading " + ejabberd + "...", "Reloaded " + ejabberd + ".",
                     "Reloading " + ejabberd + "...", "Reloaded " + ejabberd + ".",
                     "Stopping " + ejabberd + "...", "ejabberd.service: Deactivated successfully.",
                     "Stopped " + ejabberd + "."}));
  EXPECT_TRUE(has_printed("is stopped in the node ejabberd@localhost"));
}

TEST_F(Ejabberd, ThatHangsIsStartedAgainByItsWatchdog) {
  start("[Service]\nWatchdogSec=3\nRestartSec=100ms\n");
  if (IsSkipped() || HasFatalFailure()) return;
  std::this_thread::sleep_for(4s);  // it lives by its pings
  EXPECT_EQ(told().size(), 2U);
  ASSERT_TRUE(signal_process(process_called("beam.smp"), SIGSTOP));
  ASSERT_TRUE(comes("Started " + described() + ".", 1));

  Strings all = told();
  std::erase_if(all, [](const std::string& message) {
    return message.find("Killing process") != std::string::npos;
  });
  const std::string ejabberd = described();
  EXPECT_EQ(all, (Strings{"Starting " + ejabberd + "...", "Started " + ejabberd + ".",
                          "ejabberd.service: Watchdog timeout (limit 3s)!",
                          "ejabberd.service: Main process exited, code=killed, status=6/ABRT",
                          "ejabberd.service: Failed with result 'watchdog'.",
                          "ejabberd.service: Scheduled restart job, restart counter is at 1.",
                          "Stopped " + ejabberd + ".", "Starting " + ejabberd + "...",
                          "Started " + ejabberd + "."}));
}

TEST_F(Ejabberd, IsATreeWithThePortMapperThatItRequires) {
  LOGQ_TAKE_UNIT("ejabberd.service");
  LOGQ_TAKE_UNIT("epmd.service");
  LOGQ_TAKE_UNIT("epmd.socket");
  write_text_file(path("chat.tree"),
                  "[Supervisor]\nStrategy=rest_for_one\n"
                  "Children=epmd.service ejabberd.service\n");
  run({"chat.tree"}, kDirectories);
  ASSERT_TRUE(comes("Started chat.tree."));
  EXPECT_NE(inside({"epmd", "-names"}).out.find("\nname ejabberd at port "), std::string::npos);

  EXPECT_EQ(stop().status, 0);
  Strings all;
  for (const JournalFields& entry : entries({"SYSLOG_IDENTIFIER=logq-run", "PRIORITY=6"}))
    all.push_back(entry.at("MESSAGE"));
  // Once: ejabberdctl ends a port mapper that has no name left, or the tree does.
  EXPECT_EQ(std::ranges::count(all, "epmd.service: Deactivated successfully."), 1);
  std::erase_if(all, [](const std::string& message) {
    return message.starts_with("epmd.service: ") || message.ends_with(" CPU time.") ||
           message.starts_with("Stopping epmd.service") ||
           message.starts_with("Stopped epmd.service");
  });
  const std::string socket = "epmd.socket - Erlang Port Mapper Daemon Activation Socket";
  EXPECT_EQ(all, (Strings{"Listening on " + socket + ".", "Starting chat.tree...",
                          "Started epmd.service - Erlang Port Mapper Daemon.",
                          "Starting " + described() + "...", "Started " + described() + ".",
                          "Started chat.tree.", "Stopping chat.tree...",
                          "Stopping " + described() + "...",
                          "ejabberd.service: Deactivated successfully.",
                          "Stopped " + described() + ".", "Stopped chat.tree.",
                          "epmd.socket: Deactivated successfully.", "Closed " + socket + "."}));
}

}  // namespace
}  // namespace logq::test
