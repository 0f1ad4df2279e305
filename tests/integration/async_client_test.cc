// Asynchronous loggers against a collector that is killed and started again: each entry is stored
// once, and the counters say what became of every call.
#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "logq/logger.h"
#include "support/child_process.h"
#include "support/private_logqd.h"

namespace logq::test {
namespace {

using namespace std::chrono_literals;

LoggerOptions patient(const std::string& socket) {
  return {.identifier = "client",
          .socket_path = socket,
          .max_block = 60s,
          .async = AsyncOptions{.close_timeout = 60s, .outage_patience = 60s}};
}

// How often each number is in the store, as stock journalctl shows it.
std::map<std::string, int> stored_numbers(const PrivateLogqd& logqd) {
  const CommandResult result =
      logqd.read("journalctl", {"-q", "-o", "export", "-t", "client", "--output-fields=NUMBER"});
  EXPECT_EQ(result.status, 0) << result.err;
  std::map<std::string, int> numbers;
  const std::string key = "\nNUMBER=";
  for (std::size_t at = 0; (at = result.out.find(key, at)) != std::string::npos;) {
    at += key.size();
    ++numbers[result.out.substr(at, result.out.find('\n', at) - at)];
  }
  return numbers;
}

TEST(AsyncClient, EachEntryIsStoredOnceThoughTheCollectorIsKilledTwentyTimes) {
  constexpr int kKills = 20;
  constexpr int kThreads = 4;
  PrivateLogqd logqd;
  std::atomic<int> next{0};
  LoggerStatistics last;
  {
    const Logger log(patient(logqd.native_socket()));
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        while (!done) {
          for (int i = 0; i < 50; ++i)
            log.info("numbered", field<"NUMBER">(next++));
          std::this_thread::sleep_for(1ms);
        }
      });
    }
    for (int kill = 0; kill < kKills; ++kill) {
      std::this_thread::sleep_for(30ms);
      logqd.kill();
      logqd.start();
    }
    done = true;
    for (std::thread& thread : threads)
      thread.join();
    EXPECT_EQ(log.flush(60s), FlushResult::kFlushed);
    last = log.statistics();
  }
  logqd.sync();

  EXPECT_EQ(last.sent, static_cast<std::uint64_t>(next));
  EXPECT_EQ(last.pending + last.dropped() + last.fell_back, 0U);
  const auto numbers = stored_numbers(logqd);
  EXPECT_EQ(numbers.size(), static_cast<std::size_t>(next));
  for (const auto& [number, times] : numbers)
    EXPECT_EQ(times, 1) << number;
}

TEST(AsyncClient, AFlushMeansStored) {
  const PrivateLogqd logqd;
  const Logger log(patient(logqd.native_socket()));
  for (int i = 0; i < 20; ++i) {
    log.info("numbered", field<"NUMBER">(i));
    ASSERT_EQ(log.flush(20s), FlushResult::kFlushed);
    ASSERT_EQ(stored_numbers(logqd).size(), static_cast<std::size_t>(i) + 1);
  }
}

TEST(AsyncClient, AFlushWithoutTheCollectorSaysSo) {
  PrivateLogqd logqd;
  const Logger log(patient(logqd.native_socket()));
  log.info("numbered", field<"NUMBER">(0));
  ASSERT_EQ(log.flush(20s), FlushResult::kFlushed);
  logqd.kill();
  log.info("numbered", field<"NUMBER">(1));

  EXPECT_EQ(log.flush(300ms), FlushResult::kCollectorGone);
  EXPECT_EQ(log.statistics().pending, 1U);
  logqd.start();
  EXPECT_EQ(log.flush(20s), FlushResult::kFlushed);
  EXPECT_EQ(stored_numbers(logqd).size(), 2U);
}

TEST(AsyncClient, WaitsForACollectorThatIsStopped) {
  PrivateLogqd logqd;
  const Logger log(patient(logqd.native_socket()));
  log.info("numbered", field<"NUMBER">(0));
  ASSERT_EQ(log.flush(20s), FlushResult::kFlushed) << "patience is for a collector that was there";
  for (int i = 1; i < 1000; ++i)
    log.info("numbered", field<"NUMBER">(i));
  logqd.stop();
  for (int i = 1000; i < 2000; ++i)
    log.info("numbered", field<"NUMBER">(i));
  logqd.start();
  ASSERT_EQ(log.flush(20s), FlushResult::kFlushed);

  const auto numbers = stored_numbers(logqd);
  EXPECT_EQ(numbers.size(), 2000U);
  for (const auto& [number, times] : numbers)
    EXPECT_EQ(times, 1) << number;
}

}  // namespace
}  // namespace logq::test
