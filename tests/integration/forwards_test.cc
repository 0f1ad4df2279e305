// Forwarding to the kernel's log and the console, compared with journald's: what a fifo in place of
// /dev/kmsg and a terminal of the test's own receive from either, but for the times.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/fake_kmsg.h"
#include "support/input_peer.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/temp_dir.h"
#include "support/test_terminal.h"

namespace logq::test {
namespace {

using namespace std::string_literals;

void log_in_every_way(InputPeer peer) {
  const uid_t self = ::getuid();
  peer.send_syslog({"<13>Oct 11 22:14:15 tag[7]: raw \n", {}, self});
  peer.send_syslog({"<3>Oct 11 22:14:15 kernel: not the kernel", {}, self});
  peer.send_syslog({"no priority", {}, self});
  peer.sync();
  peer.send_native({"MESSAGE=plain\n", {}, self});
  peer.send_native(
      {"MESSAGE=full\nPRIORITY=3\nSYSLOG_FACILITY=4\nSYSLOG_IDENTIFIER=me\n", {}, self});
  peer.send_native({"MESSAGE=debug\nPRIORITY=7\n", {}, self});
  peer.send_native({"FIELD=no message\n", {}, self});
  peer.sync();
  for (const std::string& asks : {"0\n0\n0"s, "0\n1\n0"s, "0\n0\n1"s}) {
    const base::UniqueFd stream = peer.open_stream();
    const std::string bytes = "id\n\n30\n1\n" + asks + "\nline\n<3>error\n";
    EXPECT_GT(::send(stream.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), 0);
    peer.sync();
  }
}

// A line of the console begins with "[  123.456789] ", where the kernel's do.
std::string without_time(const std::string& line) {
  const std::size_t end = line.find("] ");
  const bool is_time = line.starts_with('[') && end != std::string::npos && end > 8 &&
                       line.find_first_not_of(" .0123456789", 1) == end && line[end - 7] == '.';
  return is_time ? "[TIME] " + line.substr(end + 2) : line;
}

// Lines, but for what journald itself says, and the times.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.find("systemd-journald[") != std::string::npos) continue;
    lines.push_back(without_time(line));
  }
  return lines;
}

class ForwardsTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string settings(const std::string& further) const {
    return "TTYPath=" + terminal_.path() + "\n" + further;
  }
  [[nodiscard]] std::string config(const std::string& further) const {
    const std::string path = directory_.path() + "/logqd.conf";
    write_text_file(path,
                    "[Journal]\n" + settings(further) + "[Logq]\nKMsgPath=" + kmsg_.path() + "\n");
    return "--config=" + path;
  }

  TempDir directory_;
  FakeKmsg kmsg_;
  TestTerminal terminal_;
};

TEST_F(ForwardsTest, ForwardWhatJournaldForwards) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  const std::string everything =
      "ForwardToKMsg=yes\nForwardToConsole=yes\nMaxLevelKMsg=info\nMaxLevelConsole=info\n";
  std::vector<std::string> expected;
  {
    StockJournald journald(settings(everything), {kmsg_.path(), -1, ""});
    log_in_every_way(InputPeer(journald));
    expected = lines_of(kmsg_.take());
    expected.emplace_back("console:");
    for (std::string& line : lines_of(terminal_.read()))
      expected.push_back(std::move(line));
  }
  kmsg_.discard();
  PrivateLogqd logqd({config(everything)});
  log_in_every_way(InputPeer(logqd));
  std::vector<std::string> found = lines_of(kmsg_.take());
  found.emplace_back("console:");
  for (std::string& line : lines_of(terminal_.read()))
    found.push_back(std::move(line));

  EXPECT_EQ(found, expected);
  EXPECT_EQ(expected.size(), 2U * 11U + 1U);
}

TEST_F(ForwardsTest, ForwardOnlyStreamsThatAskUnlessConfigured) {
  PrivateLogqd logqd({config("")});
  log_in_every_way(InputPeer(logqd));

  const std::string self = std::to_string(::getpid());
  EXPECT_EQ(lines_of(kmsg_.take()), std::vector<std::string>{"<27>id[" + self + "]: error"})
      << "MaxLevelKMsg= is notice";
  const auto shown = lines_of(terminal_.read());
  ASSERT_EQ(shown.size(), 2U);
  EXPECT_TRUE(shown[0].ends_with("id[" + self + "]: line")) << shown[0];
  EXPECT_TRUE(shown[1].ends_with("id[" + self + "]: error")) << shown[1];
}

TEST_F(ForwardsTest, DoNotCollectWhatWasForwardedToTheKernel) {
  PrivateLogqd logqd({config("ForwardToKMsg=yes\nReadKMsg=yes\n")});
  kmsg_.send("13,0,1,-;tag[7]: ours\n");
  kmsg_.send_message(1, "the kernel's");
  kmsg_.wait_until_read();
  logqd.sync();

  EXPECT_EQ(logqd.read("journalctl", {"-q", "-o", "cat", "_TRANSPORT=kernel"}).out,
            "the kernel's\n");
}

TEST_F(ForwardsTest, TellWhatTheConsoleMissed) {
  PrivateLogqd logqd({config("ForwardToConsole=yes\n")});
  InputPeer peer(logqd);
  const std::string text = "MESSAGE=" + std::string(1000, 'x') + "\n";
  for (int i = 0; i < 300; ++i)
    peer.send_native({text, {}, ::getuid()});
  peer.sync();
  peer.sync();

  const std::string report = logqd.read("journalctl", {"-q", "-o", "cat", "_TRANSPORT=driver"}).out;
  EXPECT_NE(report.find("Forwarding to console missed "), std::string::npos) << report;
}

// systemd's own receiver of the Journal Export Format, as it is said to be used.
class JournalRemote {
 public:
  static constexpr const char* kProgram = "/lib/systemd/systemd-journal-remote";
  explicit JournalRemote(const std::string& directory)
      : address(directory + "/remote"),
        file_(directory + "/remote.journal"),
        process_(
            {{kProgram, "--split-mode=none", "--listen-raw=" + address, "-o", file_}, {}, {}}) {
    wait_until([&] { return accepts_connections(address, SOCK_STREAM); });
  }
  [[nodiscard]] std::string read(const std::vector<std::string>& arguments) const {
    Command command{{"journalctl", "-q", "--file", file_}, {}, {}};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    return run_command(command).out;
  }
  void stop() {
    process_.signal(SIGTERM);
    process_.wait();
  }

  const std::string address;

 private:
  std::string file_;
  ChildProcess process_;
};

TEST_F(ForwardsTest, SendWholeEntriesToJournalRemote) {
  if (::access(JournalRemote::kProgram, X_OK) != 0) GTEST_SKIP() << "no systemd-journal-remote";
  JournalRemote remote(directory_.path());
  PrivateLogqd logqd({config("ForwardToSocket=" + remote.address + "\nMaxLevelSocket=info\n")});
  log_in_every_way(InputPeer(logqd));
  const std::vector<std::string> cat{
      "-o",         "cat",        "_TRANSPORT=journal", "_TRANSPORT=stdout", "_TRANSPORT=syslog",
      "PRIORITY=3", "PRIORITY=6", "PRIORITY=5"};
  const std::vector<std::string> stored = lines_of(logqd.read("journalctl", cat).out);
  EXPECT_GT(stored.size(), 8U);

  EXPECT_TRUE(wait_until([&] { return lines_of(remote.read(cat)).size() >= stored.size(); }));

  EXPECT_EQ(lines_of(remote.read(cat)), stored);
  EXPECT_EQ(remote.read({"PRIORITY=7"}), "");
  remote.stop();
}

}  // namespace
}  // namespace logq::test
