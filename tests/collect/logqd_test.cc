// logqd as a program: what it makes, refuses, stores and leaves behind.
#include <linux/sockios.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/input_peer.h"
#include "support/memfd.h"
#include "support/native_sender.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

std::vector<JournalFields> stored_by(const PrivateLogqd& logqd, std::vector<std::string> matches) {
  logqd.sync();
  matches.insert(matches.begin(), {"-q", "-o", "export"});
  return parse_export(logqd.read("journalctl", matches).out);
}

// A stream whose header is sent; an empty `unit` claims none.
base::UniqueFd open_stream(const std::string& path, const std::string& unit) {
  base::UniqueFd fd = connect_unix(path, SOCK_STREAM);
  const std::string header = "ident\n" + unit + "\n6\n1\n0\n0\n0\n";
  if (::send(fd.get(), header.data(), header.size(), 0) < 0) throw std::runtime_error("send");
  return fd;
}

TEST(Logqd, RefusesASecondOneInEitherDirectory) {
  const PrivateLogqd logqd;
  const TempDir other;
  const auto start = [&](const std::string& runtime, const std::string& storage) {
    return run_command(
        {{built_program("logqd"), "--runtime-dir=" + runtime, "--storage-dir=" + storage}, {}, {}});
  };

  const CommandResult same_runtime = start(logqd.runtime_dir(), other.path() + "/s");
  const CommandResult same_storage = start(other.path() + "/r", logqd.storage_dir());

  EXPECT_EQ(same_runtime.status, 1);
  EXPECT_EQ(same_runtime.err, "logqd: " + logqd.runtime_dir() + ": another logqd works here\n");
  EXPECT_EQ(same_storage.status, 1);
  EXPECT_EQ(same_storage.err, "logqd: " + logqd.storage_dir() + ": another logqd works here\n");
}

TEST(Logqd, LeavesForeignFilesAloneAndNothingOfItsOwn) {
  PrivateLogqd logqd;
  write_text_file(logqd.runtime_dir() + "/foreign", "x");

  EXPECT_EQ(logqd.stop().status, 0);

  EXPECT_TRUE(std::filesystem::exists(logqd.runtime_dir() + "/foreign"));
  for (const char* name : {"socket", "stdout", "logqd.pid", "receive", "receive-streams"}) {
    EXPECT_FALSE(std::filesystem::exists(logqd.runtime_dir() + "/" + name)) << name;
  }
}

TEST(Logqd, RefusesADirectoryOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a directory away";
  const TempDir directory;
  const std::string runtime = directory.path() + "/r";
  std::filesystem::create_directory(runtime);
  ASSERT_EQ(::chown(runtime.c_str(), 65534, 65534), 0);

  const CommandResult result = run_command({{built_program("logqd"), "--runtime-dir=" + runtime,
                                             "--storage-dir=" + directory.path() + "/s"},
                                            {},
                                            {}});

  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "logqd: " + runtime + ": directory belongs to another user\n");
}

TEST(Logqd, GivesADatagramTheUnitOfItsProcessesStream) {
  const PrivateLogqd logqd;
  const base::UniqueFd stream = open_stream(logqd.stdout_socket(), "hello.service");
  NativeSender(logqd.native_socket()).send({{"MESSAGE", "by datagram"}});
  ASSERT_GT(::send(stream.get(), "by stream\n", 10, 0), 0);

  std::set<std::string> messages;
  ASSERT_TRUE(wait_until([&] {
    for (const auto& entry : stored_by(logqd, {"_SYSTEMD_UNIT=hello.service"})) {
      messages.insert(entry.at("MESSAGE"));
    }
    return messages.size() == 2;
  }));
  EXPECT_EQ(messages, (std::set<std::string>{"by datagram", "by stream"}));
}

TEST(Logqd, CountsWhatItDrops) {
  const PrivateLogqd logqd;
  std::string datagram;
  for (int i = 0; i < 1100; ++i)
    datagram += "F" + std::to_string(i) + "=x\n";

  NativeSender(logqd.native_socket()).send_bytes(datagram);

  std::vector<JournalFields> reports;
  ASSERT_TRUE(wait_until([&] {
    reports = stored_by(logqd, {"N_DROPPED=1"});
    return reports.size() == 1;
  }));
  EXPECT_EQ(reports[0].at("MESSAGE"), "Dropped 1 entries with too many or too large fields");
  EXPECT_EQ(reports[0].at("_TRANSPORT"), "driver");
}

TEST(Logqd, TakesNoDescriptorsWhereNoneBelong) {
  const base::UniqueFd any(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  constexpr int kPassRights = 83;
  int on = 0;
  socklen_t size = sizeof(on);
  if (::getsockopt(any.get(), SOL_SOCKET, kPassRights, &on, &size) < 0) {
    GTEST_SKIP() << "the kernel has no SO_PASSRIGHTS (6.16)";
  }
  const PrivateLogqd logqd;
  std::vector<base::UniqueFd> files;
  files.push_back(make_memfd("MESSAGE=x\n"));
  for (const auto& [name, type] :
       {std::pair{"/dev-log", SOCK_DGRAM}, std::pair{"/stdout", SOCK_STREAM},
        std::pair{"/logq", SOCK_SEQPACKET}, std::pair{"/io.systemd.journal", SOCK_STREAM}}) {
    const base::UniqueFd socket = connect_unix(logqd.runtime_dir() + name, type);
    EXPECT_THROW(send_datagram(socket, {"x", files}), std::runtime_error) << name;
  }
  const base::UniqueFd native = connect_unix(logqd.native_socket(), SOCK_DGRAM);
  EXPECT_NO_THROW(send_datagram(native, {"", files}));
}

TEST(Logqd, StoresWhatWasSentBeforeItIsStopped) {
  PrivateLogqd logqd;
  NativeSender sender(logqd.native_socket());
  for (int i = 0; i < 1000; ++i)
    sender.send({{"MESSAGE", std::to_string(i)}, {"LAST", "1"}});

  ASSERT_EQ(logqd.stop().status, 0);

  const auto read = logqd.read("journalctl", {"-q", "-o", "export", "LAST=1"});
  EXPECT_EQ(parse_export(read.out).size(), 1000U);
}

// What a child of another process writes into an open stream.
void write_as_child(const base::UniqueFd& stream, const char* text) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(::write(stream.get(), text, std::strlen(text)) > 0 ? 0 : 1);
  ::waitpid(pid, nullptr, 0);
}

TEST(Logqd, EndsAPartialLineWhereAnotherProcessWritesOn) {
  const PrivateLogqd logqd;
  const base::UniqueFd stream = open_stream(logqd.stdout_socket(), "");
  ASSERT_EQ(::send(stream.get(), "mine", 4, 0), 4);
  write_as_child(stream, "child's\nand its rest");
  ASSERT_EQ(::send(stream.get(), "mine again\n", 11, 0), 11);

  std::vector<JournalFields> lines;
  ASSERT_TRUE(wait_until([&] {
    lines = stored_by(logqd, {"_TRANSPORT=stdout"});
    return lines.size() == 4;
  }));
  const std::string own = std::to_string(::getpid());
  EXPECT_EQ(lines[0].at("MESSAGE") + "|" + lines[0].at("_LINE_BREAK"), "mine|pid-change");
  EXPECT_EQ(lines[1].at("MESSAGE"), "child's");
  EXPECT_EQ(lines[2].at("MESSAGE") + "|" + lines[2].at("_LINE_BREAK"), "and its rest|pid-change");
  EXPECT_EQ(lines[3].at("MESSAGE"), "mine again");
  EXPECT_EQ(lines[0].at("_PID"), own);
  EXPECT_EQ(lines[3].at("_PID"), own);
  EXPECT_NE(lines[1].at("_PID"), own);
  EXPECT_EQ(lines[1].at("_PID"), lines[2].at("_PID"));
}

bool is_read(const base::UniqueFd& socket) {
  int unread = -1;
  return ::ioctl(socket.get(), SIOCOUTQ, &unread) == 0 && unread == 0;
}

TEST(Logqd, KnowsTheWriterOfAPartialLineThatEndedBeforeTheLineDid) {
  const PrivateLogqd logqd;
  const base::UniqueFd stream = open_stream(logqd.stdout_socket(), "");
  const pid_t writer = ::fork();
  if (writer == 0) {
    if (::write(stream.get(), "last words", 10) == 10) ::pause();
    ::_exit(1);
  }
  EXPECT_TRUE(wait_until([&] { return is_read(stream); }));
  NativeSender(logqd.native_socket()).send({{"MESSAGE", "the line is looked at by now"}});
  EXPECT_TRUE(wait_until([&] { return stored_by(logqd, {"_TRANSPORT=journal"}).size() == 1; }));
  signal_process(writer, SIGKILL);
  ::waitpid(writer, nullptr, 0);
  ASSERT_EQ(::send(stream.get(), "\n", 1, 0), 1);

  std::vector<JournalFields> lines;
  ASSERT_TRUE(wait_until([&] {
    lines = stored_by(logqd, {"_TRANSPORT=stdout"});
    return lines.size() == 1;
  }));
  EXPECT_EQ(lines[0].at("_PID"), std::to_string(writer));
  EXPECT_EQ(lines[0].at("_COMM"), stored_by(logqd, {"_TRANSPORT=journal"}).at(0).at("_COMM"));
}

CommandResult start_with(const std::vector<std::string>& options) {
  std::vector<std::string> argv{built_program("logqd")};
  argv.insert(argv.end(), options.begin(), options.end());
  return run_command({argv, {}, {}});
}

TEST(Logqd, SaysInOneLineWhyItCannotStart) {
  const TempDir directory;
  const std::string file = directory.path() + "/file";
  const std::string good = directory.path() + "/good";
  const std::string blocked = directory.path() + "/blocked";
  const std::string deep = directory.path() + "/" + std::string(120, 'd');
  write_text_file(file, "x");
  std::filesystem::create_directories(blocked + "/stdout");
  const std::string storage = "--storage-dir=" + good;
  struct Case {
    std::vector<std::string> options;
    std::string reason;
  };
  const Case cases[] = {
      {{"--runtime-dir=" + good, "--storage-dir=" + file}, file + ": "},
      {{"--runtime-dir=" + deep, storage}, deep + ": socket path too long"},
      {{"--runtime-dir=" + blocked, storage}, blocked + ": a file that is no socket"},
      {{"--runtime-dir=" + good, storage, "--config=" + good + "/none"}, good + "/none: "},
  };
  for (const Case& failing : cases) {
    const CommandResult result = start_with(failing.options);
    EXPECT_EQ(result.status, 1) << failing.reason;
    EXPECT_TRUE(result.err.starts_with("logqd: " + failing.reason)) << result.err;
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  }
  EXPECT_FALSE(std::filesystem::exists(blocked + "/socket")) << "left behind";
  EXPECT_FALSE(std::filesystem::exists(blocked + "/logqd.pid")) << "left behind";
}

TEST(Logqd, NamesFileAndLineOfABadSettingAndGoesOn) {
  const TempDir directory;
  const std::string config = directory.path() + "/logqd.conf";
  write_text_file(config, "[Journal]\nLineMax=much\nNonsense=1\n");
  const std::string runtime = directory.path() + "/r";
  ChildProcess logqd({{built_program("logqd"), "--runtime-dir=" + runtime,
                       "--storage-dir=" + directory.path() + "/s", "--config=" + config},
                      {},
                      {}});
  ASSERT_TRUE(
      wait_until([&] { return test::accepts_connections(runtime + "/stdout", SOCK_STREAM); }));
  logqd.signal(SIGTERM);

  const CommandResult result = logqd.wait();
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "logqd: " + config +
                            ":2: invalid value of [Journal] LineMax= ignored: much\n" +
                            "logqd: " + config + ":3: unknown key [Journal] Nonsense= ignored\n");
}

// Fields that differ from run to run or name the collector itself.
JournalFields masked(JournalFields entry) {
  for (const char* name : {"__CURSOR", "__REALTIME_TIMESTAMP", "__MONOTONIC_TIMESTAMP",
                           "_SOURCE_REALTIME_TIMESTAMP", "_STREAM_ID"}) {
    if (const auto found = entry.find(name); found != entry.end()) found->second = "masked";
  }
  return entry;
}

void send_samples(const std::string& native, const std::string& streams) {
  NativeSender sender(native);
  sender.send({{"MESSAGE", "plain"}, {"PRIORITY", "4"}, {"SAMPLE", "1"}, {"EMPTY", ""}});
  sender.send({{"MESSAGE", "two\nlines"}, {"SAMPLE", "1"}});
  sender.send_bytes("SAMPLE=1\nlower=x\n_TRUSTED=x\nMESSAGE=invalid names\n#comment\n.command\n");
  sender.send_bytes("SAMPLE=1\nMESSAGE=first\n\nSAMPLE=1\nMESSAGE=second\n");
  sender.send_bytes("SAMPLE=1\nMESSAGE=noise behind\nnoise");
  sender.send_bytes("\nSAMPLE=1\nMESSAGE=after a blank line\n");
  sender.send({{"MESSAGE", "object"}, {"OBJECT_PID", std::to_string(::getpid())}, {"SAMPLE", "1"}});
  const base::UniqueFd stream = open_stream(streams, "");
  constexpr std::string_view kLines("<3>error \n\n  indented\t\nnul\0<9>odd\nrest", 38);
  ASSERT_GT(::send(stream.get(), kLines.data(), kLines.size(), 0), 0);
}

std::multiset<JournalFields> masked_all(const std::vector<JournalFields>& entries) {
  std::multiset<JournalFields> result;
  for (const JournalFields& entry : entries) {
    if (entry.contains("SAMPLE") || entry.contains("_STREAM_ID")) result.insert(masked(entry));
  }
  return result;
}

TEST(Logqd, StoresTheSameFieldsAsStockJournald) {
  if (auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  StockJournald journald;
  const PrivateLogqd logqd;
  constexpr std::size_t kEntries = 12;

  send_samples(journald.native_socket(), journald.stdout_socket());
  send_samples(logqd.native_socket(), logqd.stdout_socket());

  std::multiset<JournalFields> ours;
  std::multiset<JournalFields> theirs;
  EXPECT_TRUE(wait_until([&] {
    ours = masked_all(stored_by(logqd, {}));
    theirs = masked_all(journald.entries());
    return ours.size() == kEntries && theirs.size() == kEntries;
  }));
  EXPECT_EQ(ours, theirs);
}

}  // namespace
}  // namespace logq::test
