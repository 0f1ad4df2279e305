// The asynchronous logger over a transport of the test's: queues, order, policies, ends.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <map>
#include <optional>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "client/fake_transport.h"
#include "logq/logger.h"
#include "support/allocation_count.h"
#include "support/no_threads.h"

namespace logq {
namespace {

using namespace std::chrono_literals;
using test::FakeTransport;
using test::Recording;
using test::StoredFields;
using test::value_of;

// A transport that takes nothing before it is told to, and knows how many wait.
class Gate {
 public:
  void open() {
    const std::scoped_lock lock(mutex_);
    is_open_ = true;
    opened_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return is_open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool is_open_ = false;
};

class GatedTransport final : public Transport {
 public:
  GatedTransport(Gate& gate, Recording& recording) : gate_(gate), under_(recording) {}

  SendResult send(const Entry& entry) noexcept override {
    gate_.pass();
    return under_.send(entry);
  }
  FlushResult flush(std::chrono::milliseconds timeout) noexcept override {
    return under_.flush(timeout);
  }
  [[nodiscard]] std::string describe_failure() const override { return under_.describe_failure(); }

 private:
  Gate& gate_;
  FakeTransport under_;
};

std::uint64_t calls_of(const LoggerStatistics& of) {
  return of.sent + of.fell_back + of.unwanted + of.pending + of.filtered + of.dropped();
}

class AsyncLogger : public testing::Test {
 protected:
  static LoggerOptions options(const AsyncOptions& async = AsyncOptions{},
                               std::chrono::milliseconds max_block = 60s) {
    return {.identifier = "app", .max_block = max_block, .async = async};
  }
  [[nodiscard]] Logger make(const AsyncOptions& async = AsyncOptions{}) {
    return Logger(options(async), std::make_unique<FakeTransport>(recording_));
  }
  std::vector<StoredFields> recorded() {
    const std::scoped_lock lock(recording_.mutex);
    return recording_.entries;
  }

  Recording recording_;
};

// A slow machine has it added to what waits for long.
StoredFields without_time(StoredFields entry) {
  std::erase_if(entry,
                [](const auto& member) { return member.first == "SOURCE_REALTIME_TIMESTAMP"; });
  return entry;
}

void log_everything(const Logger& log) {
  const std::string name = "RUN_TIME_" + std::string("NAME");
  const std::error_code code = std::make_error_code(std::errc::timed_out);
  const Id128 id{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  log.info("plain");
  log.info("");
  log.debug(std::string("a\0b\n", 4), field<"TEXT">("\xff\n"), field<"EMPTY">(""));
  log.error("typed", field<"SIGNED">(-5), field<"UNSIGNED">(5U), field<"FLAG">(true),
            field<"RATIO">(0.25), field<"TOOK">(1500ns), field<"REASON">(code), field<"ID">(id));
  log.notice("run time", runtime_field(name, "value"), runtime_field("bad-name", 1));
  log.warning("large", field<"LARGE">(std::string(300'000, 'x')), message_id(id));
  {
    const ScopedField scope("SCOPE", 7);
    log.info("in a scope", field<"OWN">(1));
    log.with(field("CONTEXT", "c")).info("in both", field<"OWN">(2));
  }
  log.with(field("CONTEXT", "d")).critical("with");
}

TEST_F(AsyncLogger, SendsWhatTheSynchronousOneSends) {
  Recording expected;
  log_everything(Logger({.identifier = "app"}, std::make_unique<FakeTransport>(expected)));
  {
    const Logger log = make();
    log_everything(log);
    EXPECT_EQ(log.statistics().renamed_fields, 1U);
  }

  ASSERT_EQ(recorded().size(), 9U);
  for (std::size_t i = 0; i < 9; ++i)
    EXPECT_EQ(without_time(recorded()[i]), expected.entries[i]);
}

enum class Small : std::int8_t { kLeast = -128 };

void log_extremes(const Logger& log) {
  const std::error_code negative(-7, std::generic_category());
  log.info("narrow", field<"I8">(std::int8_t{-128}), field<"U8">(std::uint8_t{255}),
           field<"I16">(std::int16_t{-32768}), field<"U16">(std::uint16_t{65535}),
           field<"FLAG">(false), field<"ENUM">(Small::kLeast), field<"CHAR">('x'));
  log.info("wide", field<"I32">(INT32_MIN), field<"U32">(UINT32_MAX), field<"I64">(INT64_MIN),
           field<"U64">(UINT64_MAX), field<"FLOAT">(-0.5F), field<"DOUBLE">(1e300),
           field<"TOOK">(-1h), field<"REASON">(negative), field<"TEXT">(std::string(300, 't')));
  log.info(std::string(65'535, 'm'), field<"LONGEST">("of the short way"));
  log.info(std::string(65'536, 'm'), field<"ONE">("more"));
}

TEST_F(AsyncLogger, KeepsEachKindOfNumberAndLongMessages) {
  Recording expected;
  log_extremes(Logger({.identifier = "app"}, std::make_unique<FakeTransport>(expected)));
  log_extremes(make({.queue_bytes = 1 << 20}));

  ASSERT_EQ(recorded().size(), 4U);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(without_time(recorded()[i]), expected.entries[i]);
}

TEST_F(AsyncLogger, SendsWhatAMessageSaidWhenItWasLogged) {
  static char of_program[] = "as it was";
  char of_caller[] = "as it was";
  Gate gate;
  {
    const Logger log(options(), std::make_unique<GatedTransport>(gate, recording_));
    log.info("holds up the rest");
    log.info(of_program);
    log.info(of_caller);
    for (char* const text : {of_program, of_caller})
      std::fill_n(text, sizeof of_caller - 1, 'x');
    gate.open();
  }
  ASSERT_EQ(recorded().size(), 3U);
  EXPECT_EQ(value_of(recorded()[1], "MESSAGE"), "as it was");
  EXPECT_EQ(value_of(recorded()[2], "MESSAGE"), "as it was");
}

TEST_F(AsyncLogger, KeepsTheContextOfACallWhenItsLoggerIsGone) {
  Gate gate;
  {
    const Logger log(options(), std::make_unique<GatedTransport>(gate, recording_));
    log.info("holds up the rest");
    for (int i = 0; i < 50; ++i) {
      const Logger outer = log.with(field("OUTER", i));
      outer.info("in one", field<"NUMBER">(i));
      outer.with(field("INNER", std::string(100, 'i'))).info("in two", field<"NUMBER">(i));
      outer.with(runtime_field("bad-name", i)).info("renamed", field<"NUMBER">(i));
      outer.info("in one again", field<"NUMBER">(i));
      log.info("in none", field<"NUMBER">(i));
    }
    gate.open();
    ASSERT_EQ(log.flush(10s), FlushResult::kFlushed);
    EXPECT_EQ(log.statistics().renamed_fields, 50U);
  }
  const auto entries = recorded();
  ASSERT_EQ(entries.size(), 251U);
  const std::string inner(100, 'i');
  for (std::size_t i = 0; i < 50; ++i) {
    const std::string number = std::to_string(i);
    const auto has = [&](std::size_t at, const char* name) {
      return value_of(entries[1 + i * 5 + at], name);
    };
    for (const std::size_t at : {0U, 1U, 2U, 3U})
      EXPECT_EQ(has(at, "OUTER"), number) << at;
    EXPECT_EQ(has(1, "INNER"), inner);
    EXPECT_EQ(has(2, "BAD_NAME"), number);
    EXPECT_EQ(has(3, "INNER"), "(absent)");
    EXPECT_EQ(has(4, "OUTER"), "(absent)");
    EXPECT_EQ(has(4, "NUMBER"), number);
  }
}

TEST_F(AsyncLogger, SendsWhatIsQueuedWhenItEnds) {
  make().info("last words");

  ASSERT_EQ(recorded().size(), 1U);
  EXPECT_EQ(value_of(recorded()[0], "MESSAGE"), "last words");
}

TEST_F(AsyncLogger, KeepsTheOrderOfEachOfEightThreadsAndLosesNothing) {
  constexpr int kThreads = 8;
  constexpr int kCalls = 5000;
  {
    const Logger log = make({.queue_bytes = 16 << 10});
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&log, t] {
        for (int i = 0; i < kCalls; ++i)
          log.info("call", field<"THREAD">(t), field<"NUMBER">(i));
      });
    }
    for (std::thread& thread : threads)
      thread.join();
    EXPECT_EQ(log.flush(60s), FlushResult::kFlushed);
    EXPECT_EQ(log.statistics().sent, std::uint64_t{kThreads} * kCalls);
    EXPECT_EQ(log.statistics().pending, 0U);
  }

  std::map<std::string, int> next;
  for (const StoredFields& entry : recorded())
    EXPECT_EQ(value_of(entry, "NUMBER"), std::to_string(next[value_of(entry, "THREAD")]++));
  for (const auto& [thread, count] : next)
    EXPECT_EQ(count, kCalls) << thread;
}

TEST_F(AsyncLogger, ThreadsThatComeAndGoLoseNothing) {
  constexpr int kThreads = 200;
  {
    const Logger log = make();
    for (int t = 0; t < kThreads; ++t)
      std::thread([&log, t] { log.info("from a short life", field<"THREAD">(t)); }).join();
    EXPECT_EQ(calls_of(log.statistics()), std::uint64_t{kThreads});
  }

  EXPECT_EQ(recorded().size(), std::size_t{kThreads});
}

TEST_F(AsyncLogger, ItsCountersAlwaysAddUpToTheCallsThatWereMade) {
  const Logger log = make();
  std::uint64_t calls = 0;
  for (int round = 0; round < 2000; ++round) {
    for (int i = 0; i < 5; ++i)
      log.info("counted");
    calls += 5;
    ASSERT_EQ(calls_of(log.statistics()), calls) << round;
  }
}

TEST_F(AsyncLogger, SendsWhatTheDestructorsOfAThreadLog) {
  struct LogsAtTheEnd {
    const Logger* log = nullptr;
    ~LogsAtTheEnd() {
      if (log != nullptr) log->info("end of the thread");
    }
  };
  {
    const Logger log = make();
    std::thread([&log] {
      thread_local LogsAtTheEnd at_the_end;  // made before, so destroyed after, the queue
      at_the_end.log = &log;
      log.info("begin");
    }).join();
  }

  ASSERT_EQ(recorded().size(), 2U);
  EXPECT_EQ(value_of(recorded()[1], "MESSAGE"), "end of the thread");
}

TEST_F(AsyncLogger, DropsTheNewestWhereThePolicySaysAndTellsHowMany) {
  constexpr int kCalls = 5000;
  Gate gate;
  {
    const Logger log(options({.queue_bytes = 16 << 10, .overflow = Overflow::kDropNewest}),
                     std::make_unique<GatedTransport>(gate, recording_));
    int queued = 0;
    for (int i = 0; i < kCalls; ++i)
      queued += log.info("call", field<"NUMBER">(i)) == SendStatus::kQueued ? 1 : 0;
    const LoggerStatistics full = log.statistics();
    EXPECT_LT(queued, kCalls);
    EXPECT_EQ(full.dropped_full, static_cast<std::uint64_t>(kCalls - queued));
    EXPECT_EQ(calls_of(full), std::uint64_t{kCalls});
    gate.open();
    EXPECT_EQ(log.flush(20s), FlushResult::kFlushed);
    EXPECT_EQ(log.statistics().sent, static_cast<std::uint64_t>(queued));
  }

  int reports = 0;
  int next = 0;
  for (const StoredFields& entry : recorded()) {
    if (value_of(entry, "N_DROPPED") != "(absent)") {
      ++reports;
      EXPECT_EQ(value_of(entry, "N_DROPPED_FULL"), value_of(entry, "N_DROPPED"));
    } else {
      EXPECT_EQ(value_of(entry, "NUMBER"), std::to_string(next++)) << "the oldest are kept";
    }
  }
  EXPECT_EQ(reports, 1);
}

TEST_F(AsyncLogger, WaitsForRoomAsLongAsItIsAllowedAndOnlyOnce) {
  Gate gate;
  const Logger log(options({.queue_bytes = 16 << 10}, 200ms),
                   std::make_unique<GatedTransport>(gate, recording_));
  const auto began = std::chrono::steady_clock::now();
  int calls = 0;
  while (log.info("call") == SendStatus::kQueued)
    ++calls;
  const auto waited = std::chrono::steady_clock::now() - began;

  EXPECT_GE(waited, 200ms);
  for (int i = 0; i < 1000; ++i)
    EXPECT_EQ(log.info("call"), SendStatus::kFull) << "nothing was sent since the last wait";
  EXPECT_EQ(log.statistics().dropped_full, 1001U);
  gate.open();
  EXPECT_EQ(log.flush(20s), FlushResult::kFlushed);
  EXPECT_EQ(log.info("again"), SendStatus::kQueued);
  EXPECT_EQ(calls_of(log.statistics()), static_cast<std::uint64_t>(calls) + 1002U);
}

TEST_F(AsyncLogger, WaitsForRoomForeverWhereItIsToldTo) {
  Gate gate;
  const Logger log(options({.queue_bytes = 16 << 10}, std::chrono::milliseconds::max()),
                   std::make_unique<GatedTransport>(gate, recording_));
  std::thread opener([&gate] {
    std::this_thread::sleep_for(300ms);
    gate.open();
  });
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(log.info("more than the queue takes", field<"NUMBER">(i)), SendStatus::kQueued);
  opener.join();
  EXPECT_EQ(log.flush(std::chrono::milliseconds::max()), FlushResult::kFlushed);
  EXPECT_EQ(recorded().size(), 1000U);
}

TEST_F(AsyncLogger, WaitsForTheMemoryOfLargeEntriesToo) {
  Gate gate;
  const Logger log(options(), std::make_unique<GatedTransport>(gate, recording_));
  std::thread opener([&gate] {
    std::this_thread::sleep_for(300ms);
    gate.open();
  });
  const std::string large(std::size_t{20} << 20, 'x');
  for (int i = 0; i < 6; ++i)
    ASSERT_EQ(log.info(large), SendStatus::kQueued) << i;
  opener.join();
  ASSERT_EQ(log.flush(60s), FlushResult::kFlushed);
  EXPECT_EQ(recorded().size(), 6U);
}

TEST_F(AsyncLogger, SendsByTheCallerWhereThereIsNoThreadToBeHad) {
  std::optional<Logger> log;
  {
    const test::NoThreads none;
    log.emplace(options({.queue_bytes = 16 << 10}), std::make_unique<FakeTransport>(recording_));
  }
  for (int i = 0; i < 1000; ++i)
    log->info("by ourselves", field<"NUMBER">(i));
  EXPECT_EQ(recorded().size(), 1000U) << "nobody else would send them";
  EXPECT_EQ(log->flush(10s), FlushResult::kFlushed);
  EXPECT_EQ(log->statistics().sent, 1000U);
  EXPECT_EQ(log->statistics().pending, 0U);
  log.reset();
}

TEST_F(AsyncLogger, TellsTheTimeOfTheCallWhileItsOutputStandsStill) {
  Gate gate;
  const Logger log(options(), std::make_unique<GatedTransport>(gate, recording_));
  log.info("holds up the rest");
  std::this_thread::sleep_for(100ms);
  log.info("first");
  std::this_thread::sleep_for(100ms);
  log.info("second");
  std::this_thread::sleep_for(20ms);
  gate.open();
  ASSERT_EQ(log.flush(10s), FlushResult::kFlushed);
  const auto entries = recorded();
  ASSERT_EQ(entries.size(), 3U);
  const auto time_of = [&](std::size_t i) {
    return std::stoull(value_of(entries[i], "SOURCE_REALTIME_TIMESTAMP"));
  };
  EXPECT_GE(time_of(2) - time_of(1), 90'000U);
}

TEST_F(AsyncLogger, TriesAgainToTellOfDropsThatItCouldNotTellOf) {
  {
    const std::scoped_lock lock(recording_.mutex);
    recording_.answers = {{SendStatus::kFull, EAGAIN}, {SendStatus::kFull, EAGAIN}};
  }
  const Logger log = make();
  log.info("lost");
  ASSERT_EQ(log.flush(10s), FlushResult::kFlushed);
  std::string told;
  for (int i = 0; i < 100 && told.empty(); ++i) {
    std::this_thread::sleep_for(50ms);
    log.info("another");
    ASSERT_EQ(log.flush(10s), FlushResult::kFlushed);
    for (const StoredFields& entry : recorded()) {
      if (value_of(entry, "N_DROPPED") != "(absent)") told = value_of(entry, "N_DROPPED");
    }
  }
  EXPECT_EQ(told, "1");
}

TEST_F(AsyncLogger, AFlushTellsTheThreeWaysItCanEnd) {
  Gate gate;
  const Logger log(options(), std::make_unique<GatedTransport>(gate, recording_));
  EXPECT_EQ(log.flush(10s), FlushResult::kFlushed) << "nothing was logged";
  log.info("held back");

  EXPECT_EQ(log.flush(50ms), FlushResult::kTimedOut);
  gate.open();
  EXPECT_EQ(log.flush(10s), FlushResult::kFlushed);
  {
    const std::scoped_lock lock(recording_.mutex);
    recording_.answers.assign(1, {SendStatus::kNoCollector, ECONNREFUSED});
    recording_.flush_answer = FlushResult::kTimedOut;
  }
  log.info("nobody there");
  EXPECT_EQ(log.flush(50ms), FlushResult::kCollectorGone);
  EXPECT_EQ(log.statistics().dropped_no_collector, 1U);
  const std::scoped_lock lock(recording_.mutex);
  recording_.flush_answer = FlushResult::kFlushed;
}

TEST_F(AsyncLogger, KeepsTheTimeOfTheCallWhereItIsSentLate) {
  Gate gate;
  const auto before = std::chrono::system_clock::now();
  {
    const Logger log(options(), std::make_unique<GatedTransport>(gate, recording_));
    log.info("first");
    log.info("second");
    std::this_thread::sleep_for(100ms);
    gate.open();
  }

  const auto since_1970 = [](auto time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  };
  ASSERT_EQ(recorded().size(), 2U);
  const std::string text = value_of(recorded()[1], "SOURCE_REALTIME_TIMESTAMP");
  ASSERT_NE(text, "(absent)");
  EXPECT_GE(std::stoll(text) + 1000, since_1970(before));
  EXPECT_LE(std::stoll(text), since_1970(before + 90ms));
}

TEST_F(AsyncLogger, ACallAllocatesNothingAfterWarmUp) {
  const Logger log = make();
  const auto call = [&](int i) {
    log.info("a message of usual length", field<"I">(i), field<"RATIO">(0.25),
             field<"REASON">(std::make_error_code(std::errc::timed_out)), field<"NAME">("value"));
  };
  call(0);
  ASSERT_EQ(log.flush(10s), FlushResult::kFlushed);

  const std::scoped_lock lock(recording_.mutex);  // the recording itself allocates
  const auto before = test::allocation_count();
  for (int i = 0; i < 100; ++i)
    call(i);
  EXPECT_EQ(test::allocation_count() - before, 0U);
}

TEST_F(AsyncLogger, NeverChangesErrno) {
  const Logger log = make({.queue_bytes = 16 << 10, .overflow = Overflow::kDropNewest});
  for (int i = 0; i < 2000; ++i) {
    errno = 1234;
    log.info("call", field<"LARGE">(std::string(static_cast<std::size_t>(i) * 10, 'x')));
    ASSERT_EQ(errno, 1234);
  }
  errno = 1234;
  log.flush(10s);
  EXPECT_EQ(errno, 1234);
}

TEST_F(AsyncLogger, TwoLoggersOfOneThreadKeepApart) {
  Recording other_recording;
  {
    const Logger log = make();
    const Logger other(options(), std::make_unique<FakeTransport>(other_recording));
    for (int i = 0; i < 100; ++i) {
      log.info("one", field<"NUMBER">(i));
      other.info("other", field<"NUMBER">(i));
    }
  }

  ASSERT_EQ(recorded().size(), 100U);
  ASSERT_EQ(other_recording.entries.size(), 100U);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(value_of(recorded()[i], "MESSAGE"), "one");
    EXPECT_EQ(value_of(other_recording.entries[i], "NUMBER"), std::to_string(i));
  }
}

TEST_F(AsyncLogger, ALoggerAfterAnotherHasEndedIsServed) {
  for (int round = 0; round < 50; ++round)
    make().info("round", field<"NUMBER">(round));

  EXPECT_EQ(recorded().size(), 50U);
}

TEST_F(AsyncLogger, RandomEntriesComeThroughSmallQueues) {
  std::mt19937 random(20261122);
  std::vector<std::string> values;
  {
    const Logger log = make({.queue_bytes = 16 << 10});
    for (int i = 0; i < 2000; ++i) {
      std::string value(random() % 100 == 0 ? random() % 100'000 : random() % 700, '\0');
      for (char& byte : value)
        byte = static_cast<char>(random());
      values.push_back(value);
      log.info(value, field<"VALUE">(values.back()));
    }
  }

  const auto entries = recorded();
  ASSERT_EQ(entries.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_TRUE(value_of(entries[i], "MESSAGE") == values[i]) << i;
    EXPECT_TRUE(value_of(entries[i], "VALUE") == values[i]) << i;
  }
}

}  // namespace
}  // namespace logq
