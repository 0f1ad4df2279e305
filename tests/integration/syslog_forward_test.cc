// Forwarding to a syslog daemon, compared with journald's: what a socket R/syslog of the test's own
// receives from either, byte by byte but for the times, and in whose name.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/input_peer.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/temp_dir.h"
#include "support/unix_socket.h"
#include "wire/syslog_message.h"

namespace logq::test {
namespace {

using namespace std::string_literals;

// A syslog daemon's socket.
class SyslogDaemon {
 public:
  explicit SyslogDaemon(const std::string& runtime_dir)
      : fd_(bind_unix(runtime_dir + "/syslog", SOCK_DGRAM | SOCK_NONBLOCK)) {}

  // What has come, each with its sender: "PID is ours" or not.
  std::vector<std::string> received() {
    std::vector<std::string> all;
    std::array<char, 4096> bytes{};
    alignas(cmsghdr) std::array<char, 256> control{};
    while (true) {
      iovec data{bytes.data(), bytes.size()};
      msghdr message{};
      message.msg_iov = &data;
      message.msg_iovlen = 1;
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      const ssize_t size = ::recvmsg(fd_.get(), &message, 0);
      if (size < 0) return all;
      ucred sender{};
      std::memcpy(&sender, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(sender));
      const std::string text(bytes.data(), static_cast<std::size_t>(size));
      all.push_back(masked(text) + (sender.pid == ::getpid() ? " from us" : " from another"));
    }
  }

 private:
  static std::string masked(const std::string& text) {
    const std::string timestamp(wire::parse_syslog_message(text).timestamp);
    const std::size_t at = timestamp.empty() ? std::string::npos : text.find(timestamp);
    return at == std::string::npos ? text
                                   : std::string(text).replace(at, timestamp.size(), "TIME ");
  }

  base::UniqueFd fd_;
};

void log_for_syslog(InputPeer peer) {
  const uid_t self = ::getuid();
  peer.send_syslog({"<13>Oct 11 22:14:15 tag[7]: raw \n", {}, self});
  peer.send_syslog({"no priority", {}, self});
  peer.sync();
  peer.send_native({"MESSAGE=plain\n", {}, self});
  peer.send_native(
      {"MESSAGE=full\nPRIORITY=3\nSYSLOG_FACILITY=4\nSYSLOG_IDENTIFIER=me\n", {}, self});
  peer.send_native({"MESSAGE=debug\nPRIORITY=7\n", {}, self});
  peer.send_native({"FIELD=no message\n", {}, self});
  peer.sync();
  for (const std::string& asks : {"0"s, "1"s}) {
    const base::UniqueFd stream = peer.open_stream();
    const std::string bytes = "id\n\n30\n1\n" + asks + "\n0\n0\nline\n<3>error\n";
    EXPECT_GT(::send(stream.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), 0);
    peer.sync();
  }
}

TEST(SyslogForward, ForwardsWhatJournaldForwards) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  const std::string settings = "ForwardToSyslog=yes\nMaxLevelSyslog=info\n";
  const TempDir directory;
  const std::string config = directory.path() + "/logqd.conf";
  write_text_file(config, "[Journal]\n" + settings);
  StockJournald journald(settings);
  PrivateLogqd logqd({"--config=" + config});
  SyslogDaemon theirs(journald.runtime_dir());
  SyslogDaemon ours(logqd.runtime_dir());

  log_for_syslog(InputPeer(journald));
  log_for_syslog(InputPeer(logqd));

  const std::vector<std::string> expected = theirs.received();
  EXPECT_EQ(ours.received(), expected);
  EXPECT_EQ(expected.size(), 8U);
}

TEST(SyslogForward, ForwardsOnlyStreamsThatAskUnlessConfigured) {
  PrivateLogqd logqd;
  SyslogDaemon daemon(logqd.runtime_dir());

  log_for_syslog(InputPeer(logqd));

  // Only root may speak in the name of another process.
  const std::string self = std::to_string(::getpid());
  const std::string from = ::geteuid() == 0 ? " from us" : " from another";
  EXPECT_EQ(daemon.received(),
            (std::vector<std::string>{"<30>TIME id[" + self + "]: line" + from,
                                      "<27>TIME id[" + self + "]: error" + from}));
}

TEST(SyslogForward, CountsAndReportsWhatTheDaemonHadNoRoomFor) {
  const TempDir directory;
  const std::string config = directory.path() + "/logqd.conf";
  write_text_file(config, "[Journal]\nForwardToSyslog=yes\n");
  PrivateLogqd logqd({"--config=" + config});
  SyslogDaemon daemon(logqd.runtime_dir());
  InputPeer peer(logqd);

  for (int i = 0; i < 2000; ++i)
    peer.send_syslog({"<13>Oct 11 22:14:15 tag: text", {}, ::getuid()});
  peer.sync();
  peer.sync();

  const std::string report =
      logqd.read("journalctl", {"-q", "-o", "cat", "MESSAGE_ID=0027229ca0644181a76c4e92458afa2e"})
          .out;
  EXPECT_TRUE(report.starts_with("Forwarding to syslog missed ")) << report;
  EXPECT_EQ(report.find('\n'), report.size() - 1) << "one report in 30 s";
  EXPECT_FALSE(daemon.received().empty());
}

}  // namespace
}  // namespace logq::test
