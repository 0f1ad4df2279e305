#include "client/collector_output.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <random>

#include <gtest/gtest.h>

#include "client/batch_server.h"
#include "client/datagram_server.h"
#include "client/fake_transport.h"
#include "client/faulty_calls.h"
#include "support/temp_dir.h"

namespace logq::client {
namespace {

using namespace std::chrono_literals;
using test::BatchServer;
using test::DatagramServer;
using test::FakeTransport;
using test::FaultyCalls;
using test::Recording;
using test::TempDir;
using test::value_of;

constexpr wire::BatchHello kHello{.message_bytes_max = 262'144, .entries_max = 512, .window = 64};

class CollectorOutputTest : public testing::Test {
 protected:
  void add(int number) {
    const std::string message = std::to_string(number);
    Entry entry;
    entry.message = message;
    ASSERT_TRUE(output_.has_room());
    output_.add(entry, kNow);
    ++added_;
  }
  void add_many(int from, int to) {
    for (int i = from; i < to; ++i)
      add(i);
  }
  void advance(int times = 1) {
    for (int i = 0; i < times; ++i) {
      output_.advance(kNow);
      calls_.time += 50ms;
    }
  }
  std::string received() {
    return value_of(server_.receive().value_or(test::StoredFields{}), "MESSAGE");
  }
  void expect_received(int from, int to) {
    for (int i = from; i < to; ++i)
      ASSERT_EQ(received(), std::to_string(i));
    EXPECT_TRUE(server_.is_empty());
  }
  [[nodiscard]] LoggerStatistics counted() const { return count_.snapshot(); }

  static constexpr std::uint64_t kNow = 1'700'000'000'000'000;

  TempDir dir_;
  DatagramServer server_{dir_.path() + "/socket"};
  FaultyCalls calls_;
  DeliveryCount count_;
  Recording fallen_back_;
  CollectorOutput output_{
      {}, {{server_.path(), false}}, std::make_unique<FakeTransport>(fallen_back_), count_, calls_};
  std::uint64_t added_ = 0;
};

TEST_F(CollectorOutputTest, SendsOneEntryPerDatagramManyInOneCall) {
  add_many(0, 100);
  advance();

  EXPECT_EQ(calls_.sends, 2) << "64 and 36";
  expect_received(0, 100);
  EXPECT_EQ(counted().sent, 100U);
}

TEST_F(CollectorOutputTest, TriesAgainWhatWasNotTaken) {
  for (const int error : {EAGAIN, EINTR, ENOMEM}) {
    calls_.send_answers = {-error, 3, -error};
    add_many(0, 10);
    advance(4);

    expect_received(0, 10);
  }
  EXPECT_EQ(counted().sent, 30U);
  EXPECT_EQ(counted().dropped(), 0U);
}

TEST_F(CollectorOutputTest, KeepsEntriesForACollectorThatComesBack) {
  for (const int error : {ECONNREFUSED, ENOENT, EPIPE, ENOTCONN, ECONNRESET, EBADF}) {
    calls_.send_answers = {-error};
    add_many(0, 10);
    advance(2);

    expect_received(0, 10);
  }
  EXPECT_EQ(counted().sent, 60U);
}

TEST_F(CollectorOutputTest, SendsAsAFileWhatIsTooLargeForADatagram) {
  for (const int error : {EMSGSIZE, ENOBUFS}) {
    calls_.send_answers = {-error};
    add_many(0, 2);
    advance();

    EXPECT_EQ(received(), "0");
    EXPECT_TRUE(server_.last_was_sealed_file());
    EXPECT_EQ(received(), "1");
    EXPECT_FALSE(server_.last_was_sealed_file());
  }
}

TEST_F(CollectorOutputTest, CountsWhatTheSystemTakesInNoForm) {
  calls_.send_answers = {-EMSGSIZE};
  calls_.file_answer = -EFBIG;
  add_many(0, 2);
  advance();

  EXPECT_EQ(received(), "1");
  EXPECT_EQ(counted().dropped_too_large, 1U);
  EXPECT_EQ(counted().sent, 1U);
}

TEST_F(CollectorOutputTest, WhateverTheSocketAnswersEachEntryIsSentOrCounted) {
  constexpr std::array kErrors = {EAGAIN, ENOBUFS, EMSGSIZE, ECONNREFUSED, EINTR,
                                  ENOENT, ENOMEM,  EPIPE,    EACCES,       EBADF};
  std::mt19937 random(20261122);
  int next = 0;
  int expected = 0;
  for (int round = 0; round < 300; ++round) {
    for (auto left = random() % 6; left > 0; --left) {
      const bool is_error = random() % 2 == 0;
      calls_.send_answers.push_back(is_error ? -kErrors[random() % kErrors.size()]
                                             : static_cast<int>(random() % 5));
    }
    const int end = next + static_cast<int>(random() % 20);
    add_many(next, end);
    next = end;
    advance(static_cast<int>(random() % 4));
    while (!server_.is_empty())
      ASSERT_EQ(received(), std::to_string(expected++)) << "round " << round;
    const LoggerStatistics now = counted();
    ASSERT_EQ(now.fell_back + now.dropped(), 0U);
    ASSERT_EQ(now.sent, static_cast<std::uint64_t>(expected));
  }
  calls_.send_answers.clear();
  advance(4);
  expect_received(expected, next);
  EXPECT_EQ(count_.settled(), added_);
}

TEST_F(CollectorOutputTest, WithoutACollectorEntriesGoToTheFallbackAtOnceAfterAWordWhy) {
  server_.stop();
  add_many(0, 3);
  advance();

  ASSERT_EQ(fallen_back_.entries.size(), 4U);
  EXPECT_EQ(value_of(fallen_back_.entries[0], "MESSAGE"),
            "logq: no log collector at " + server_.path() +
                ": Connection refused; entries follow here until it is back");
  EXPECT_EQ(value_of(fallen_back_.entries[3], "MESSAGE"), "2");
  EXPECT_EQ(counted().fell_back, 3U);
}

TEST_F(CollectorOutputTest, WaitsForACollectorThatWasThereThenFallsBack) {
  add(0);
  advance();
  expect_received(0, 1);
  server_.stop();
  add(1);
  advance(80);  // 4 seconds
  EXPECT_EQ(fallen_back_.entries.size(), 0U);
  advance(30);

  EXPECT_EQ(fallen_back_.entries.size(), 2U);
  EXPECT_EQ(counted().fell_back, 1U);
  server_.start();
  add(2);
  advance(4);
  expect_received(2, 3);
}

TEST_F(CollectorOutputTest, AddsTheTimeToWhatIsSentLate) {
  add(0);
  output_.advance(kNow + 999);
  EXPECT_EQ(value_of(server_.receive().value(), "SOURCE_REALTIME_TIMESTAMP"), "(absent)");
  add(1);
  output_.advance(kNow + 1001);
  EXPECT_EQ(value_of(server_.receive().value(), "SOURCE_REALTIME_TIMESTAMP"), std::to_string(kNow));
  add(2);  // late by now
  output_.advance(kNow + 1002);
  const auto late = server_.receive().value();
  EXPECT_EQ(value_of(late, "SOURCE_REALTIME_TIMESTAMP"), std::to_string(kNow));
  const auto is_time = [](const auto& field) { return field.first == "SOURCE_REALTIME_TIMESTAMP"; };
  EXPECT_EQ(std::count_if(late.begin(), late.end(), is_time), 1);
}

class CollectorOutputBatches : public CollectorOutputTest {
 protected:
  void begin() {
    add_many(0, 10);
    advance();
    ASSERT_TRUE(batches_.accept());
    batches_.say(kHello);
    advance();
  }

  BatchServer batches_{dir_.path() + "/logq"};
};

TEST_F(CollectorOutputBatches, CountEntriesWhenTheyAreAcknowledged) {
  begin();
  const auto batch = batches_.hear();
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->number, 1U);
  EXPECT_EQ(batch->count, 10U);
  EXPECT_EQ(counted().sent, 0U);

  batches_.say(wire::BatchAck{.number = 1, .stored = 7, .unwanted = 2, .invalid = 0, .failed = 1});
  advance();

  EXPECT_EQ(counted().sent, 7U);
  EXPECT_EQ(counted().unwanted, 2U);
  EXPECT_EQ(counted().dropped_failed, 1U);
  EXPECT_EQ(count_.settled(), 10U);
  EXPECT_TRUE(server_.is_empty());
}

TEST_F(CollectorOutputBatches, AskAfterABrokenConnectionAndSendTheRestAgainAsItWas) {
  begin();
  add_many(10, 20);
  advance();
  const auto first = batches_.hear();
  const auto second = batches_.hear();
  ASSERT_TRUE(first && second);
  batches_.hang_up();
  add_many(20, 30);
  advance(4);
  ASSERT_TRUE(batches_.accept());
  batches_.say(kHello);
  advance();
  const auto question = batches_.hear();
  ASSERT_TRUE(question.has_value());
  EXPECT_EQ(question->number, 0U);
  EXPECT_EQ(question->client_id, first->client_id);
  EXPECT_FALSE(batches_.hear().has_value()) << "nothing is sent before the answer";

  batches_.say(wire::BatchAck{.number = 1, .stored = 10});
  advance(2);

  const auto again = batches_.hear();
  const auto third = batches_.hear();
  ASSERT_TRUE(again && third);
  EXPECT_EQ(again->number, 2U);
  EXPECT_EQ(again->entries, second->entries);
  EXPECT_EQ(third->number, 3U);
  batches_.say(wire::BatchAck{.number = 3, .stored = 30});
  advance();
  EXPECT_EQ(counted().sent, 30U);
}

TEST_F(CollectorOutputBatches, GoOnAsDatagramsWhereTheCollectorRefusesThem) {
  add_many(0, 10);
  advance();
  ASSERT_TRUE(batches_.accept());
  batches_.say(wire::BatchRefusal{wire::RefusalReason::kTooManyClients, 0});
  advance(2);

  expect_received(0, 10);
  add_many(10, 12);
  advance();
  expect_received(10, 12);
  EXPECT_EQ(counted().sent, 12U);
}

TEST_F(CollectorOutputBatches, GoOnAsDatagramsWhereTheWindowIsNone) {
  add_many(0, 10);
  advance();
  ASSERT_TRUE(batches_.accept());
  wire::BatchHello hello = kHello;
  hello.window = 0;
  batches_.say(hello);
  advance(2);

  expect_received(0, 10);
  EXPECT_EQ(counted().sent, 10U);
}

TEST_F(CollectorOutputBatches, AreTriedAgainAfterARefusalWhenTheCollectorWasAway) {
  add_many(0, 1);
  advance();
  ASSERT_TRUE(batches_.accept());
  batches_.say(wire::BatchRefusal{wire::RefusalReason::kTooManyClients, 0});
  advance(2);
  expect_received(0, 1);
  server_.stop();
  add_many(1, 2);
  advance(4);
  server_.start();
  advance(4);
  ASSERT_TRUE(batches_.accept());
  batches_.say(kHello);
  advance();

  EXPECT_TRUE(batches_.hear().has_value());
}

TEST_F(CollectorOutputBatches, GoOnAsDatagramsWhereTheyAreRefusedInTheMiddle) {
  begin();
  add_many(10, 20);
  advance();
  batches_.say(wire::BatchAck{.number = 1, .stored = 10});
  batches_.say(wire::BatchRefusal{wire::RefusalReason::kMalformed, 2});
  advance(2);

  expect_received(10, 20);
  EXPECT_EQ(counted().sent, 20U);
}

TEST_F(CollectorOutputBatches, KeepWithinTheWindow) {
  add_many(0, 1);
  advance();
  ASSERT_TRUE(batches_.accept());
  batches_.say(wire::BatchHello{.message_bytes_max = 262'144, .entries_max = 512, .window = 2});
  for (int i = 1; i < 6; ++i) {
    advance();
    add(i);
  }
  advance();
  EXPECT_TRUE(batches_.hear().has_value());
  EXPECT_TRUE(batches_.hear().has_value());
  EXPECT_FALSE(batches_.hear().has_value());

  batches_.say(wire::BatchAck{.number = 2, .stored = 2});
  advance();
  const auto rest = batches_.hear();
  ASSERT_TRUE(rest.has_value());
  EXPECT_EQ(rest->count, 4U) << "what waited meanwhile";
}

TEST_F(CollectorOutputBatches, HaveRoomIn64KiBForTheTimesThatAreAddedToThem) {
  begin();
  ASSERT_TRUE(batches_.hear().has_value());
  const std::string message(200, 'x');
  Entry entry;
  entry.message = message;
  for (int i = 0; i < 1000; ++i)
    output_.add(entry, kNow);
  output_.advance(kNow + 1001);
  std::uint32_t entries = 0;
  while (const auto batch = batches_.hear()) {
    EXPECT_LE(sizeof(wire::BatchHeader) + batch->entries.size(), std::size_t{64} << 10);
    EXPECT_TRUE(batch->entries.ends_with("SOURCE_REALTIME_TIMESTAMP=1700000000000000\n"));
    entries += batch->count;
  }
  EXPECT_EQ(entries, 1000U);
}

TEST_F(CollectorOutputBatches, LeaveWhatIsTooLargeForThemToTheDatagramSocketInItsTurn) {
  begin();
  batches_.say(wire::BatchAck{.number = 1, .stored = 10});
  advance();
  const std::string large(300'000, 'x');
  Entry entry;
  entry.message = large;
  output_.add(entry, kNow);
  add(11);
  advance(3);
  EXPECT_EQ(received(), large);
  ASSERT_TRUE(batches_.hear().has_value());
  const auto behind = batches_.hear();
  ASSERT_TRUE(behind.has_value());
  EXPECT_EQ(behind->number, 2U);
  batches_.say(wire::BatchAck{.number = 2, .stored = 11});
  advance();
  EXPECT_EQ(counted().sent, 12U);
}

TEST_F(CollectorOutputBatches, WaitForTheirCollectorALittleBeforeADatagramSocketWillDo) {
  begin();
  ASSERT_TRUE(batches_.hear().has_value());
  batches_.hang_up();
  std::filesystem::remove(dir_.path() + "/logq");  // somebody else is the collector now
  advance(10);
  EXPECT_TRUE(server_.is_empty());
  advance(20);

  expect_received(0, 10);
  EXPECT_EQ(counted().sent, 10U);
}

TEST_F(CollectorOutputBatches, HearNonsenseAndGoOnAsDatagrams) {
  add_many(0, 3);
  advance();
  ASSERT_TRUE(batches_.accept());
  wire::BatchHello hello = kHello;
  hello.entries_max = 0;  // takes no batch at all
  batches_.say(hello);
  advance(3);

  expect_received(0, 3);
}

}  // namespace
}  // namespace logq::client
