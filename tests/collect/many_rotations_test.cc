// Entries in are entries out, whatever rotates meanwhile: a full file, SIGUSR2, a call.
#include <signal.h>
#include <sys/socket.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "support/batch_client.h"
#include "support/fake_kmsg.h"
#include "support/journalctl.h"
#include "support/long_tests.h"
#include "support/native_sender.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/temp_dir.h"
#include "support/unix_socket.h"
#include "support/varlink_peer.h"

namespace logq::test {
namespace {

// Sends on one input, numbered, until it is over; returns how many.
using Send = std::function<void(int number)>;
int send_until(const std::atomic<bool>& over, const Send& send) {
  int sent = 0;
  while (!over)
    send(sent++);
  return sent;
}

class ManyRotations : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!journalctl_installed()) GTEST_SKIP() << kNoJournalctl;
    write_text_file(directory_.path() + "/conf",
                    "[Journal]\nRateLimitBurst=0\nSystemMaxUse=16G\nSystemKeepFree=1M\n"
                    "SystemMaxFileSize=512K\nSystemMaxFiles=0\nReadKMsg=yes\n"
                    "[Logq]\nKMsgPath=" +
                        kmsg_.path() + "\n");
    logqd_ = std::make_unique<PrivateLogqd>(
        std::vector<std::string>{"--config=" + directory_.path() + "/conf"});
  }
  [[nodiscard]] std::ptrdiff_t archives() const {
    std::ptrdiff_t count = 0;
    for (const auto& file : std::filesystem::directory_iterator(logqd_->storage_dir()))
      count += file.path().filename().string().find('@') == std::string::npos ? 0 : 1;
    return count;
  }
  // Each on a thread of its own; what was sent on which.
  void send_on_all(const std::atomic<bool>& over, std::map<std::string, int>& sent);
  void rotate(int times) const;
  void expect_stored(const std::map<std::string, int>& sent) const;

  TempDir directory_;
  FakeKmsg kmsg_;
  std::unique_ptr<PrivateLogqd> logqd_;
};

void ManyRotations::send_on_all(const std::atomic<bool>& over, std::map<std::string, int>& sent) {
  NativeSender native(logqd_->native_socket());
  const base::UniqueFd syslog = connect_unix(logqd_->syslog_socket(), SOCK_DGRAM);
  const base::UniqueFd stream = connect_unix(logqd_->stdout_socket(), SOCK_STREAM);
  const BatchClient batches(logqd_->runtime_dir() + "/logq");
  const auto say = [](const base::UniqueFd& socket, const std::string& text) {
    ASSERT_EQ(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL), std::ssize(text));
  };
  say(stream, "stream\n\n6\n0\n0\n0\n0\n");
  const std::map<std::string, Send> inputs = {
      {"native",
       [&](int n) {
         native.send({{"MESSAGE", "native " + std::to_string(n) + " " + std::string(200, 'x')}});
       }},
      {"syslog", [&](int n) { say(syslog, "<14>t: syslog " + std::to_string(n)); }},
      {"stream", [&](int n) { say(stream, "stream " + std::to_string(n) + "\n"); }},
      {"batch",
       [&](int n) {
         const auto number = static_cast<std::uint64_t>(n) + 1;
         ASSERT_TRUE(batches.send(number, {"batch " + std::to_string(n)}));
         ASSERT_TRUE(batches.await_ack(number).has_value());
       }},
      {"kernel",
       [&](int n) {
         kmsg_.send_message(static_cast<std::uint64_t>(n), "kernel " + std::to_string(n));
       }},
  };
  std::vector<std::thread> threads;
  for (const auto& [name, send] : inputs) {
    int& count = sent[name];
    threads.emplace_back([&over, &send, &count] { count = send_until(over, send); });
  }
  for (std::thread& thread : threads)
    thread.join();
}

// By request, as fast as they are served, besides those for want of room.
void ManyRotations::rotate(int times) const {
  VarlinkPeer peer(logqd_->runtime_dir() + "/io.systemd.journal");
  for (int i = 0; archives() < times; ++i) {
    if (i % 2 == 0) {
      logqd_->rotate();
    } else {
      ASSERT_NE(peer.ask(varlink_call("io.systemd.Journal.Rotate")).find("{"), std::string::npos);
    }
  }
}

void ManyRotations::expect_stored(const std::map<std::string, int>& sent) const {
  std::map<std::string, int> next;
  const auto read = run_command({{"journalctl", "-q", "-D", logqd_->storage_dir(), "-o", "cat"},
                                 {},
                                 {},
                                 std::chrono::seconds{600}});
  std::istringstream lines(read.out);
  for (std::string line; std::getline(lines, line);) {
    const std::string name = line.substr(0, line.find(' '));
    if (!sent.contains(name)) continue;
    ASSERT_EQ(std::stoi(line.substr(name.size() + 1)), next[name]) << line.substr(0, 40);
    ++next[name];
  }
  EXPECT_EQ(next, sent);
  const auto verified = run_command(
      {{"journalctl", "--verify", "-D", logqd_->storage_dir()}, {}, {}, std::chrono::seconds{600}});
  EXPECT_EQ(verified.status, 0) << verified.err;
}

TEST_F(ManyRotations, LoseAndDoubleNothing) {
  std::atomic<bool> over = false;
  std::map<std::string, int> sent;
  std::thread senders([&] { send_on_all(over, sent); });
  rotate(rounds(50, 1000));
  over = true;
  senders.join();
  kmsg_.wait_until_read();
  const std::ptrdiff_t made = archives();
  EXPECT_EQ(logqd_->stop().status, 0);

  EXPECT_GE(made, rounds(50, 1000));
  for (const auto& [name, count] : sent)
    EXPECT_GT(count, 0) << name;
  expect_stored(sent);
}

}  // namespace
}  // namespace logq::test
