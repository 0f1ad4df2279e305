// Each test is a sentence about what spdlog's own systemd sink gets wrong, or about our fields.
#include "logq/spdlog_sink.h"

#include <thread>

#include <gtest/gtest.h>
#include <spdlog/async.h>
#include <spdlog/spdlog.h>

#include "client/datagram_server.h"
#include "client/fake_transport.h"
#include "support/temp_dir.h"

#ifdef LOG_INFO
#error "the sink's header leaks the macros of <syslog.h>"
#endif

namespace logq {
namespace {

using namespace std::string_view_literals;
using test::FakeTransport;
using test::Recording;
using test::value_of;
using test::values_of;

class SpdlogSinkTest : public testing::Test {
 protected:
  SpdlogSinkTest() : log_("shop", sink_) {
    log_.set_level(spdlog::level::trace);
    log_.set_error_handler([this](const std::string& message) { errors_.push_back(message); });
  }
  [[nodiscard]] std::string last(std::string_view name) const {
    return value_of(recording_.entries.back(), name);
  }
  std::shared_ptr<spdlog_sink> make_sink(const SpdlogSinkOptions& options = {}) {
    return std::make_shared<spdlog_sink>(
        Logger({.identifier = "prog"}, std::make_unique<FakeTransport>(recording_)), options);
  }

  Recording recording_;
  std::vector<std::string> errors_;
  std::shared_ptr<spdlog_sink> sink_ = make_sink();
  spdlog::logger log_;
};

TEST_F(SpdlogSinkTest, SendsLoggerThreadTimeAndSourceLocation) {
  const auto before = std::chrono::system_clock::now();
  SPDLOG_LOGGER_WARN(&log_, "hello");
  const int line = __LINE__ - 1;

  EXPECT_EQ(last("MESSAGE"), "hello");
  EXPECT_EQ(last("PRIORITY"), "4");
  EXPECT_EQ(last("LOGGER"), "shop");
  EXPECT_EQ(last("TID"), std::to_string(::gettid()));
  EXPECT_EQ(last("CODE_FILE"), __FILE__);
  EXPECT_EQ(last("CODE_LINE"), std::to_string(line));
  EXPECT_EQ(last("CODE_FUNC"), "TestBody");
  const auto earliest =
      std::chrono::duration_cast<std::chrono::microseconds>(before.time_since_epoch());
  EXPECT_GE(std::stoll(last("SOURCE_REALTIME_TIMESTAMP")), earliest.count());
}

TEST_F(SpdlogSinkTest, TheLoggersNameDoesNotReplaceTheProgramsIdentifier) {
  log_.info("x");

  EXPECT_EQ(last("SYSLOG_IDENTIFIER"), "prog");
  EXPECT_EQ(last("CODE_FILE"), "(absent)");
}

TEST_F(SpdlogSinkTest, MapsLevelsAndDoesNotSendOff) {
  const std::vector<std::string> expected{"7", "7", "6", "4", "3", "2"};
  for (std::size_t level = 0; level < expected.size(); ++level) {
    log_.log(static_cast<spdlog::level::level_enum>(level), "x");
    EXPECT_EQ(last("PRIORITY"), expected[level]);
  }
  log_.log(spdlog::level::off, "x");

  EXPECT_EQ(recording_.entries.size(), expected.size());
}

TEST_F(SpdlogSinkTest, TheLevelMapIsTheCallers) {
  SpdlogSinkOptions options;
  options.priorities[spdlog::level::critical] = Priority::kError;
  options.priorities[spdlog::level::trace] = std::nullopt;
  spdlog::logger log("shop", make_sink(options));
  log.set_level(spdlog::level::trace);

  log.critical("x");
  log.trace("not sent");

  EXPECT_EQ(last("PRIORITY"), "3");
  EXPECT_EQ(recording_.entries.size(), 1U);
}

TEST_F(SpdlogSinkTest, KeepsNulAndTrailingSpaces) {
  log_.info("nul\0after  "sv);

  EXPECT_EQ(last("MESSAGE"), "nul\0after  "sv);
}

TEST_F(SpdlogSinkTest, PatternsDoNotEnterTheMessage) {
  log_.set_pattern("[%H:%M] %v");
  log_.info("x");

  EXPECT_EQ(last("MESSAGE"), "x");
}

#ifndef SPDLOG_NO_EXCEPTIONS  // else nothing reaches the handler
TEST_F(SpdlogSinkTest, TheErrorHandlerGetsTheErrnoOfTheFailure) {
  recording_.answers = {{SendStatus::kFull, ECONNREFUSED}};
  errno = ENOTTY;
  log_.info("x");

  ASSERT_EQ(errors_.size(), 1U);
  EXPECT_NE(errors_[0].find("Connection refused"), std::string::npos) << errors_[0];
  EXPECT_EQ(sink_->logger().statistics().dropped_full, 1U);
}
#endif

TEST_F(SpdlogSinkTest, AnEntryOnStandardErrorIsNoError) {
  recording_.answers = {{SendStatus::kFellBack, ENOENT}};
  log_.info("x");

  EXPECT_TRUE(errors_.empty());
}

TEST_F(SpdlogSinkTest, FlushReachesTheTransportAndReportsFailure) {
  log_.flush();
  EXPECT_EQ(recording_.flushes, 1);
#ifndef SPDLOG_NO_EXCEPTIONS
  recording_.flush_answer = FlushResult::kTimedOut;
  log_.flush();

  ASSERT_EQ(errors_.size(), 1U);
  EXPECT_NE(errors_[0].find("timed out"), std::string::npos) << errors_[0];
#endif
}

TEST_F(SpdlogSinkTest, AKeyValueIsPrintedAndIsAField) {
  log_.info("user {:>5} from {} took {}", kv("USER_ID", 42), kv("FROM", std::string("10.0.0.1")),
            kv("TOOK_USEC", std::chrono::milliseconds(3)));

  EXPECT_EQ(last("MESSAGE"), "user    42 from 10.0.0.1 took 3000");
  EXPECT_EQ(last("USER_ID"), "42");
  EXPECT_EQ(last("FROM"), "10.0.0.1");
  EXPECT_EQ(last("TOOK_USEC"), "3000");
}

TEST_F(SpdlogSinkTest, AKeyValueEndsWithItsCall) {
  log_.info("first {}", kv("A", 1));
  log_.info("second");
  log_.debug("unprinted", kv("B", "b"));

  EXPECT_EQ(value_of(recording_.entries[1], "A"), "(absent)");
  EXPECT_EQ(last("B"), "b");
}

TEST_F(SpdlogSinkTest, AKeyValueReachesEverySink) {
  Recording other;
  const auto second =
      std::make_shared<spdlog_sink>(Logger({}, std::make_unique<FakeTransport>(other)));
  spdlog::logger both("both", {sink_, second});

  both.info("{}", kv("A", true));

  EXPECT_EQ(last("A"), "true");
  EXPECT_EQ(value_of(other.entries.at(0), "A"), "true");
}

TEST_F(SpdlogSinkTest, ScopedAndContextFieldsAreSent) {
  const ScopedField request("REQUEST_ID", "r1");
  const Logger logger =
      Logger({}, std::make_unique<FakeTransport>(recording_)).with(field("SHARD", 7));
  spdlog::logger log("x", std::make_shared<spdlog_sink>(logger));

  log.info("m");

  EXPECT_EQ(last("REQUEST_ID"), "r1");
  EXPECT_EQ(last("SHARD"), "7");
}

TEST_F(SpdlogSinkTest, SpdlogsOwnFactoryMakesARegisteredLogger) {
  const test::TempDir dir;
  test::DatagramServer server(dir.path() + "/socket");
  SpdlogSinkOptions options;
  options.socket_path = server.path();
  spdlog::create<spdlog_sink>("created", options);

  spdlog::get("created")->info("x");
  spdlog::drop("created");

  EXPECT_EQ(value_of(server.receive().value_or(test::StoredFields{}), "LOGGER"), "created");
}

#ifdef LOGQ_SPDLOG_HAS_MDC
TEST_F(SpdlogSinkTest, MappedDiagnosticContextBecomesFields) {
  spdlog::mdc::put("user_id", "42");
  log_.info("m");
  spdlog::mdc::clear();

  EXPECT_EQ(last("USER_ID"), "42");
  EXPECT_EQ(last("LOGGER"), "shop");
}
#endif

TEST_F(SpdlogSinkTest, AnAsynchronousOneSendsWhatTheCallingThreadKnows) {
  const Logger logger({.identifier = "prog", .async = AsyncOptions{}},
                      std::make_unique<FakeTransport>(recording_));
  spdlog::logger log("shop", std::make_shared<spdlog_sink>(logger));
  const ScopedField request("REQUEST_ID", "r1");
  const auto before = std::chrono::system_clock::now();
  SPDLOG_LOGGER_INFO(&log, "user {} from {}", kv("USER_ID", 42), kv("FROM", std::string("home")));
  log.flush();

  EXPECT_EQ(last("MESSAGE"), "user 42 from home");
  EXPECT_EQ(last("USER_ID"), "42");
  EXPECT_EQ(last("FROM"), "home");
  EXPECT_EQ(last("REQUEST_ID"), "r1");
  EXPECT_EQ(last("LOGGER"), "shop");
  EXPECT_EQ(last("TID"), std::to_string(::gettid()));
  EXPECT_EQ(last("CODE_FILE"), __FILE__);
  const auto earliest =
      std::chrono::duration_cast<std::chrono::microseconds>(before.time_since_epoch());
  EXPECT_GE(std::stoll(last("SOURCE_REALTIME_TIMESTAMP")), earliest.count());
  EXPECT_TRUE(errors_.empty());
}

TEST_F(SpdlogSinkTest, TheOptionsMakeItAsynchronousAndFlushWaitsForTheCollector) {
  const test::TempDir dir;
  test::DatagramServer server(dir.path() + "/socket");
  SpdlogSinkOptions options;
  options.socket_path = server.path();
  options.async = AsyncOptions{};
  options.flush_timeout = std::chrono::seconds(60);
  const auto sink = std::make_shared<spdlog_sink>(options);
  spdlog::logger log("shop", sink);
  log.set_error_handler([this](const std::string& message) { errors_.push_back(message); });

  log.info("queued {}", kv("NUMBER", 1));
  std::thread collector([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const auto entry = server.receive();
    EXPECT_EQ(value_of(entry.value_or(test::StoredFields{}), "NUMBER"), "1");
  });
  log.flush();

  EXPECT_TRUE(server.is_empty()) << "it did not wait";
  EXPECT_TRUE(errors_.empty());
  EXPECT_EQ(sink->logger().statistics().sent, 1U);
  EXPECT_EQ(sink->logger().statistics().pending, 0U);
  collector.join();
}

#ifndef SPDLOG_NO_EXCEPTIONS
TEST_F(SpdlogSinkTest, TheErrorHandlerLearnsThatAQueueIsFullAndThatAFlushTimedOut) {
  const Logger logger(
      {.async = AsyncOptions{.queue_bytes = 16 << 10, .overflow = Overflow::kDropNewest}},
      std::make_unique<FakeTransport>(recording_));
  SpdlogSinkOptions options;
  options.flush_timeout = std::chrono::milliseconds(20);
  spdlog::logger log("shop", std::make_shared<spdlog_sink>(logger, options));
  log.set_error_handler([this](const std::string& message) { errors_.push_back(message); });
  {
    const std::scoped_lock transport_takes_nothing(recording_.mutex);
    for (int i = 0; i < 10'000 && errors_.empty(); ++i)
      log.info("call");
    ASSERT_EQ(errors_.size(), 1U);
    EXPECT_NE(errors_[0].find(std::generic_category().message(EAGAIN)), std::string::npos)
        << errors_[0];
    EXPECT_EQ(logger.statistics().dropped_full, 1U);
    log.flush();
  }

  ASSERT_EQ(errors_.size(), 2U);
  EXPECT_NE(errors_[1].find("flush timed out"), std::string::npos) << errors_[1];
  EXPECT_EQ(logger.flush(std::chrono::seconds(10)), FlushResult::kFlushed);
}
#endif

TEST_F(SpdlogSinkTest, ThreadsShareItWithoutAMutex) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i)
        log_.info("{}", kv("T", t));
    });
  }
  for (std::thread& thread : threads)
    thread.join();

  ASSERT_EQ(recording_.entries.size(), 800U);
  for (const auto& entry : recording_.entries) {
    EXPECT_EQ(values_of(entry, "T"), std::vector{value_of(entry, "MESSAGE")});
  }
}

}  // namespace
}  // namespace logq
