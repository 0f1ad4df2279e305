// An asynchronous logger: four threads log, a thread of the logger's sends, and the end says what
// became of every call.
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "logq/logger.h"

namespace {

constexpr int kThreads = 4;
constexpr int kCallsOfEach = 1000;

void work(const logq::Logger& log, int worker) {
  const logq::ScopedField name("WORKER", worker);
  for (int step = 0; step < kCallsOfEach; ++step)
    log.info("step", logq::field<"STEP">(step));
}

void print(const logq::LoggerStatistics& counters) {
  std::printf("sent %llu, on standard error %llu, dropped %llu, waiting %llu\n",
              static_cast<unsigned long long>(counters.sent),
              static_cast<unsigned long long>(counters.fell_back),
              static_cast<unsigned long long>(counters.dropped()),
              static_cast<unsigned long long>(counters.pending));
}

}  // namespace

int main() {
  logq::LoggerOptions options;
  options.identifier = "async-logger";
  options.async = logq::AsyncOptions{};  // block: a full queue makes its thread wait
  const logq::Logger log(options);

  std::vector<std::thread> threads;
  for (int worker = 0; worker < kThreads; ++worker)
    threads.emplace_back([&log, worker] { work(log, worker); });
  for (std::thread& thread : threads)
    thread.join();

  const auto flushed = log.flush(std::chrono::seconds(10));
  print(log.statistics());
  return flushed == logq::FlushResult::kFlushed ? 0 : 1;
}
