// kill -9 of logqd under load: what it received is stored exactly once.
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "collect/passed_socket_logqd.h"
#include "support/child_process.h"
#include "support/long_tests.h"
#include "support/stock_journald.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

constexpr int kDatagramsPerSender = 25'000;
constexpr const char* kHeader = "killtest\n\n6\n0\n0\n0\n0\n";

// Sends numbered datagrams until enough are sent and the killing is over; returns how many.
int send_datagrams(const std::string& path, int sender, const std::atomic<bool>& over) {
  const base::UniqueFd fd = connect_unix(path, SOCK_DGRAM);
  int sent = 0;
  while (sent < kDatagramsPerSender || !over) {
    const std::string id = std::to_string(sender) + "." + std::to_string(sent);
    const std::string datagram = "MESSAGE=datagram " + id + "\nID=" + id + "\n";
    if (::send(fd.get(), datagram.data(), datagram.size(), MSG_NOSIGNAL) > 0) ++sent;
  }
  return sent;
}

// Writes numbered lines, connecting again whenever the collector went away.
void write_lines(const std::string& path, const std::atomic<bool>& over) {
  for (int connection = 0; !over; ++connection) {
    const base::UniqueFd fd = connect_unix(path, SOCK_STREAM);
    std::string bytes = kHeader;
    for (int line = 0; !over; ++line) {
      bytes += "L " + std::to_string(connection) + "." + std::to_string(line) + ".\n";
      if (::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) break;
      bytes.clear();
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  }
}

// Whether everything written to this stream has been received.
bool is_received(const base::UniqueFd& stream) {
  int queued = -1;
  return ::ioctl(stream.get(), SIOCOUTQ, &queued) == 0 && queued == 0;
}

// A stream whose lines are numbered, the last one without its newline. Returns what its lines are
// once all of it has been received.
std::vector<std::string> write_stream(const base::UniqueFd& stream, int number) {
  std::string bytes = kHeader;
  std::vector<std::string> lines;
  for (int i = 0; i < 200; ++i) {
    lines.push_back("S " + std::to_string(number) + "." + std::to_string(i));
    bytes += lines.back() + "\n";
  }
  lines.push_back("P " + std::to_string(number));
  bytes += lines.back();
  EXPECT_EQ(::send(stream.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));
  EXPECT_TRUE(wait_until([&] { return is_received(stream); }));
  return lines;
}

std::uint64_t seqnum_of(const JournalFields& entry) {
  const std::string& cursor = entry.at("__CURSOR");
  const std::size_t at = cursor.find(";i=") + 3;
  return std::stoull(cursor.substr(at, cursor.find(';', at) - at), nullptr, 16);
}

class Kill : public ::testing::Test {
 protected:
  void run_load() {
    std::atomic<bool> over = false;
    std::vector<std::thread> threads;
    for (int sender = 0; sender < 2; ++sender) {
      threads.emplace_back([&, sender] {
        sent_[static_cast<std::size_t>(sender)] =
            send_datagrams(logqd_.native_socket(), sender, over);
      });
    }
    threads.emplace_back([&] { write_lines(logqd_.stdout_socket(), over); });
    std::mt19937 random(std::random_device{}());
    for (int i = 0; i < rounds(5, 100); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50 + random() % 300));
      logqd_.kill();
      logqd_.start();
    }
    over = true;
    for (std::thread& thread : threads)
      thread.join();
    ASSERT_EQ(logqd_.stop(), 0);
  }

  [[nodiscard]] std::vector<JournalFields> stored() const {
    const auto read = run_command({{"journalctl", "-q", "-D", logqd_.storage_dir(), "-o", "export",
                                    "--output-fields=ID,MESSAGE,_STREAM_ID,_TRANSPORT"},
                                   {},
                                   {},
                                   std::chrono::seconds{300}});
    return parse_export(read.out);
  }

  // Every kill leaves an archive; none of them is to be deleted for their number.
  PassedSocketLogqd logqd_{"[Journal]\nSystemMaxFiles=0\n"};
  std::array<int, 2> sent_{};
};

TEST_F(Kill, LosesAndDoublesNothingThatWasReceived) {
  run_load();

  std::map<std::string, int> times_stored;
  std::set<std::string> lines;
  std::size_t stream_lines = 0;
  std::uint64_t last_seqnum = 0;
  std::uint64_t gaps = 0;
  for (const JournalFields& entry : stored()) {
    if (entry.contains("ID")) ++times_stored[entry.at("ID")];
    if (entry.at("_TRANSPORT") == "stdout") {
      ++stream_lines;
      lines.insert(entry.at("_STREAM_ID") + entry.at("MESSAGE"));
    }
    const std::uint64_t seqnum = seqnum_of(entry);
    if (seqnum != last_seqnum + 1) ++gaps;
    last_seqnum = seqnum;
  }
  EXPECT_EQ(times_stored.size(), static_cast<std::size_t>(sent_[0] + sent_[1]));
  for (const auto& [id, times] : times_stored)
    ASSERT_EQ(times, 1) << id;
  EXPECT_EQ(lines.size(), stream_lines) << "a line is stored twice";
  EXPECT_GT(stream_lines, 0U);
  EXPECT_EQ(gaps, 0U);
  const auto verified = run_command(
      {{"journalctl", "--verify", "-D", logqd_.storage_dir()}, {}, {}, std::chrono::minutes{4}});
  EXPECT_EQ(verified.status, 0) << verified.err;
}

TEST_F(Kill, KeepsAPartialLineOfAStreamThatDiedWithTheCollector) {
  const base::UniqueFd client = connect_unix(logqd_.stdout_socket(), SOCK_STREAM);
  const std::string bytes = std::string(kHeader) + "whole line\npartial";
  ASSERT_GT(::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), 0);
  const auto lines = [&] {
    std::vector<JournalFields> of_streams = stored();
    std::erase_if(of_streams,
                  [](const JournalFields& entry) { return entry.at("_TRANSPORT") != "stdout"; });
    return of_streams;
  };
  ASSERT_TRUE(wait_until([&] { return lines().size() == 1; }));

  logqd_.kill();
  logqd_.start();

  ASSERT_TRUE(wait_until([&] { return lines().size() == 2; }));
  EXPECT_EQ(lines().at(1).at("MESSAGE"), "partial");
  EXPECT_EQ(lines().at(1).at("_STREAM_ID"), lines().at(0).at("_STREAM_ID"));
}

TEST_F(Kill, StoresEveryReceivedLineOfAStreamOnce) {
  std::vector<std::string> received;
  for (int number = 0; number < 20; ++number) {
    const base::UniqueFd first = connect_unix(logqd_.stdout_socket(), SOCK_STREAM);
    const base::UniqueFd second = connect_unix(logqd_.stdout_socket(), SOCK_STREAM);
    for (const auto& lines :
         {write_stream(first, 2 * number), write_stream(second, 2 * number + 1)}) {
      received.insert(received.end(), lines.begin(), lines.end());
    }
    // At once, so that some die before their lines are stored.
    logqd_.kill();
    logqd_.start();
  }

  std::vector<std::string> lines;
  EXPECT_TRUE(wait_until([&] {
    lines.clear();
    for (const JournalFields& entry : stored()) {
      if (entry.at("_TRANSPORT") == "stdout") lines.push_back(entry.at("MESSAGE"));
    }
    return lines.size() >= received.size();
  }));
  std::ranges::sort(received);
  std::ranges::sort(lines);
  EXPECT_EQ(lines, received);
}

}  // namespace
}  // namespace logq::test
