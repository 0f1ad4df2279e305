#include "client/native_transport.h"

#include <fcntl.h>

#include <atomic>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "client/datagram_server.h"
#include "client/faulty_calls.h"
#include "logq/logger.h"
#include "support/temp_dir.h"

namespace logq::client {
namespace {

using namespace std::chrono_literals;
using test::DatagramServer;
using test::FaultyCalls;
using test::TempDir;
using test::value_of;

class NativeTransportTest : public testing::Test {
 protected:
  SendResult send(std::string_view message) {
    Entry entry;
    entry.message = message;
    return transport_.send(entry);
  }
  std::string received() {
    return value_of(server_.receive().value_or(test::StoredFields{}), "MESSAGE");
  }

  TempDir dir_;
  DatagramServer server_{dir_.path() + "/socket"};
  FaultyCalls calls_;
  NativeTransport transport_{NativeOptions{}, {{server_.path(), false}}, calls_};
};

TEST_F(NativeTransportTest, UsesOneSystemCallPerEntry) {
  EXPECT_EQ(send("one").status, SendStatus::kSent);
  EXPECT_EQ(send("two").status, SendStatus::kSent);

  EXPECT_EQ(calls_.sends, 2);
  EXPECT_EQ(calls_.connected_paths.size(), 1U);
  EXPECT_EQ(received(), "one");
  EXPECT_EQ(received(), "two");
}

TEST_F(NativeTransportTest, RepeatsACallThatASignalInterrupted) {
  calls_.send_answers = {-EINTR, -EINTR};

  EXPECT_EQ(send("x").status, SendStatus::kSent);

  EXPECT_EQ(received(), "x");
}

TEST_F(NativeTransportTest, StopsWaitingForAFullQueueUntilSomethingIsTaken) {
  calls_.send_answers = {-EAGAIN, -EAGAIN};

  EXPECT_EQ(send("a").status, SendStatus::kFull);
  EXPECT_EQ(calls_.last_flags & MSG_DONTWAIT, 0);
  EXPECT_EQ(send("b").sys_errno, EAGAIN);
  EXPECT_NE(calls_.last_flags & MSG_DONTWAIT, 0);
  EXPECT_EQ(send("c").status, SendStatus::kSent);
  EXPECT_EQ(send("d").status, SendStatus::kSent);
  EXPECT_EQ(calls_.last_flags & MSG_DONTWAIT, 0);
}

TEST_F(NativeTransportTest, SendsASealedFileWhereADatagramIsTooLarge) {
  for (const int refusal : {-EMSGSIZE, -ENOBUFS}) {
    calls_.send_answers = {refusal};

    EXPECT_EQ(send("large").status, SendStatus::kSent);

    EXPECT_EQ(received(), "large");
    EXPECT_TRUE(server_.last_was_sealed_file());
  }
  EXPECT_TRUE(server_.is_empty());  // once is enough
}

TEST_F(NativeTransportTest, ReportsWhyNoFileCouldBeMade) {
  calls_.send_answers = {-EMSGSIZE};
  calls_.file_answer = -EMFILE;

  const SendResult result = send("large");

  EXPECT_EQ(result.status, SendStatus::kFailed);
  EXPECT_EQ(result.sys_errno, EMFILE);
}

TEST_F(NativeTransportTest, ConnectsAgainInTheSameCallWhenTheCollectorWasRestarted) {
  for (int restart = 0; restart < 20; ++restart) {
    ASSERT_EQ(send("before").status, SendStatus::kSent);
    EXPECT_EQ(received(), "before");
    server_.stop();
    server_.start();

    ASSERT_EQ(send("after").status, SendStatus::kSent);
    EXPECT_EQ(received(), "after");
  }
}

TEST_F(NativeTransportTest, LeavesAMissingCollectorAloneForAWhile) {
  send("x");
  server_.stop();
  EXPECT_EQ(send("a").status, SendStatus::kNoCollector);
  const auto attempts = calls_.connected_paths.size();
  server_.start();

  EXPECT_EQ(send("b").sys_errno, ECONNREFUSED);
  EXPECT_EQ(calls_.connected_paths.size(), attempts);
  calls_.time += 100ms;
  EXPECT_EQ(send("c").status, SendStatus::kSent);
  EXPECT_EQ(received(), "c");
}

TEST_F(NativeTransportTest, NamesTheSocketAndTheReasonOfAFailure) {
  NativeTransport absent({}, {{dir_.path() + "/absent", false}}, calls_);

  EXPECT_EQ(absent.send(Entry{}).sys_errno, ENOENT);

  EXPECT_EQ(absent.describe_failure(), dir_.path() + "/absent: No such file or directory");
}

TEST_F(NativeTransportTest, TriesTheNextCandidate) {
  NativeTransport second({}, {{dir_.path() + "/absent", false}, {server_.path(), true}}, calls_);

  EXPECT_EQ(second.send(Entry{}).status, SendStatus::kSent);
}

TEST_F(NativeTransportTest, DistrustsADirectoryThatOthersMayWrite) {
  std::filesystem::permissions(dir_.path(), std::filesystem::perms::all);
  NativeTransport careful({}, {{server_.path(), true}}, calls_);

  EXPECT_EQ(careful.send(Entry{}).status, SendStatus::kNoCollector);
}

TEST_F(NativeTransportTest, RefusesAnEntryWithMoreFieldsThanTheProtocolAllows) {
  const std::vector<Field> fields(1023, field("A", 1));
  Entry entry;
  entry.fields = fields;

  EXPECT_EQ(transport_.send(entry).status, SendStatus::kTooLarge);
  entry.fields = entry.fields.first(1022);
  EXPECT_EQ(transport_.send(entry).status, SendStatus::kSent);
}

TEST_F(NativeTransportTest, TakesANewDescriptorWhereTheApplicationClosedOurs) {
  send("before");
  calls_.send_answers = {-EBADF};

  EXPECT_EQ(send("after").status, SendStatus::kSent);
}

TEST_F(NativeTransportTest, FlushHasNothingToWaitForBeforeTheFirstEntry) {
  NativeTransport transport({}, {{server_.path(), false}}, SocketCalls::system());

  EXPECT_EQ(transport.flush(5ms), FlushResult::kFlushed);
}

TEST_F(NativeTransportTest, FlushSaysWhatBecameOfTheQueue) {
  NativeTransport transport({}, {{server_.path(), false}}, SocketCalls::system());
  transport.send(Entry{});

  EXPECT_EQ(transport.flush(5ms), FlushResult::kTimedOut);
  server_.receive();
  EXPECT_EQ(transport.flush(5ms), FlushResult::kFlushed);
  transport.send(Entry{});
  server_.stop();
  EXPECT_EQ(transport.flush(5ms), FlushResult::kCollectorGone);
}

// What is logged is what is stored, through a real socket.
class NativeRoundTripTest : public testing::Test {
 protected:
  std::string random_text(std::size_t size) {
    std::uniform_int_distribution<int> any_byte(0, 255);
    std::string text(size, '\0');
    for (char& c : text)
      c = static_cast<char>(any_byte(random_));
    return text;
  }
  void expect_same(const std::string& message, const std::string& value) {
    ASSERT_EQ(log_.info(message, field("VALUE", value)), SendStatus::kSent);
    const auto entry = server_.receive();
    ASSERT_TRUE(entry);
    EXPECT_TRUE(value_of(*entry, "MESSAGE") == message);
    EXPECT_TRUE(value_of(*entry, "VALUE") == value);
  }

  std::mt19937 random_{42};
  TempDir dir_;
  DatagramServer server_{dir_.path() + "/socket"};
  Logger log_{LoggerOptions{.socket_path = server_.path()}};
};

TEST_F(NativeRoundTripTest, KeepsValuesOfAllSizesAndBytes) {
  for (const std::size_t size : {0U, 1U, 2U, 100U, 4095U, 65536U}) {
    expect_same(random_text(size), random_text(size));
  }
  for (const std::string& value : {std::string("\0", 1), std::string("\n"), std::string("a\nb\n"),
                                   std::string("\xff\xfe"), std::string("=")}) {
    expect_same(value, value);
  }
}

TEST_F(NativeRoundTripTest, SendsAMebibyte) {
  expect_same(random_text(1 << 20), "x");
}

// More than any send buffer that this machine grants: 8 MiB doubled by the kernel.
TEST_F(NativeRoundTripTest, SendsWhatNoDatagramHoldsInASealedFile) {
  expect_same(std::string(20 << 20, 'x'), random_text(10));
  EXPECT_TRUE(server_.last_was_sealed_file());
}

TEST_F(NativeRoundTripTest, KeepsRandomNames) {
  std::uniform_int_distribution<std::size_t> any_size(0, 80);
  for (int round = 0; round < 200; ++round) {
    const std::string name = random_text(any_size(random_));
    ASSERT_EQ(log_.info("m", runtime_field(name, "v")), SendStatus::kSent);
    const auto entry = server_.receive();
    ASSERT_TRUE(entry);
    EXPECT_EQ(value_of(*entry, repaired_field_name(name)), "v");
  }
}

TEST_F(NativeRoundTripTest, EightThreadsLoseNothing) {
  constexpr int kPerThread = 500;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kPerThread; ++i)
        log_.info("m", field("THREAD", t), field("I", i));
    });
  }
  std::array<int, 8> next{};
  for (int i = 0; i < 8 * kPerThread; ++i) {
    const auto entry = server_.receive();
    if (!entry) break;
    const auto thread = static_cast<std::size_t>(std::stoi(value_of(*entry, "THREAD")));
    EXPECT_EQ(value_of(*entry, "I"), std::to_string(next.at(thread)++));
  }
  for (std::thread& thread : threads)
    thread.join();

  for (const int count : next)
    EXPECT_EQ(count, kPerThread);
  EXPECT_EQ(log_.statistics().sent, 8U * kPerThread);
}

TEST_F(NativeRoundTripTest, SentAndDroppedAreAllCallsWhileTheQueueOverflows) {
  const Logger impatient({.socket_path = server_.path(), .max_block = 0ms});
  constexpr std::uint64_t kCalls = 2000;
  for (std::uint64_t i = 0; i < kCalls; ++i)
    impatient.info("m");
  const auto before = impatient.statistics();
  ASSERT_GT(before.dropped_full, 0U);
  EXPECT_EQ(before.sent + before.dropped(), kCalls);

  while (!server_.is_empty())
    server_.receive();
  impatient.info("room again");

  EXPECT_EQ(value_of(server_.receive().value(), "MESSAGE"), "room again");
  const auto report = server_.receive();
  ASSERT_TRUE(report);
  EXPECT_EQ(value_of(*report, "N_DROPPED"), std::to_string(before.dropped_full));
}

TEST_F(NativeRoundTripTest, ItsDescriptorsAreClosedOnExec) {
  log_.info("x");
  for (int fd = 3; fd < 64; ++fd) {
    const int flags = ::fcntl(fd, F_GETFD);
    sockaddr_un address{};
    socklen_t size = sizeof address;
    if (flags < 0 || ::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) < 0) continue;
    EXPECT_NE(flags & FD_CLOEXEC, 0) << fd;
  }
}

}  // namespace
}  // namespace logq::client
