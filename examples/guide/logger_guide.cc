// The snippets of docs/logging-guide.md about logq::Logger; a test compares the two, another runs
// this and looks at what is stored.
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include "logq/logger.h"

namespace {

using namespace std::chrono_literals;

void log_fields(const logq::Logger& log, std::span<const std::uint8_t> packet) {
  // guide begin
  log.info("request served", logq::field<"HTTP_STATUS">(200), logq::field<"CACHED">(false),
           logq::field<"TOOK_USEC">(1500us), logq::field<"RATIO">(0.25),
           logq::field<"PACKET">(packet));
  // guide end
  const std::string header = "X-Forwarded-For";
  const std::string value = "10.0.0.1";
  // guide begin
  log.info("header", logq::runtime_field(header, value));  // X_FORWARDED_FOR=10.0.0.1
  // guide end
}

void log_with_context(const logq::Logger& log) {
  // guide begin
  const logq::Logger order_log = log.with(logq::field("ORDER_ID", 4711));
  order_log.info("paid");     // with ORDER_ID=4711
  order_log.info("shipped");  // with ORDER_ID=4711

  const logq::ScopedField request("REQUEST_ID", "7f3a");  // until the end of the scope
  log.info("in a scope");                                 // this thread, any logger
  // guide end
}

std::string expensive_dump() {
  return "dump";
}

void log_at_levels(const logq::Logger& log) {
  // guide begin
  log.set_level(logq::Priority::kInfo);  // at any time, from any thread, for all copies
  if (log.is_enabled(logq::Priority::kDebug)) log.debug(expensive_dump());
  // guide end
}

// guide begin
constexpr logq::Id128 kOrderLost = logq::id128("3f5a0c118e6d4b1f9a702ec45b83d607");

void report_lost_order(const logq::Logger& log, int order) {
  log.error("order lost", logq::message_id(kOrderLost), logq::field<"ORDER_ID">(order));
}
// guide end

void log_errors(const logq::Logger& log) {
  // guide begin
  std::FILE* const file = std::fopen("/nonexistent/shop.conf", "r");
  if (file == nullptr) {
    const int error = errno;  // REASON=generic:2: No such file or directory
    log.error("cannot open the configuration", logq::field<"PATH">("/nonexistent/shop.conf"),
              logq::field<"ERRNO">(error),
              logq::field<"REASON">(std::error_code(error, std::generic_category())));
  }
  try {
    throw std::runtime_error("no such order");
  } catch (const std::exception& exception) {
    log.error("cannot serve", logq::field<"EXCEPTION">(exception));  // its what()
  }
  // guide end
  if (file != nullptr) std::fclose(file);
}

void log_asynchronously() {
  // guide begin
  logq::LoggerOptions options;
  options.identifier = "shop";
  options.async = logq::AsyncOptions{.overflow = logq::Overflow::kDropNewest};
  const logq::Logger log(options);

  log.info("costs a copy into this thread's queue");
  switch (log.flush(2s)) {
    case logq::FlushResult::kFlushed:
      break;  // the collector has it
    case logq::FlushResult::kTimedOut:
      std::fputs("some entries still wait\n", stderr);
      break;
    case logq::FlushResult::kCollectorGone:
      std::fputs("nobody listens\n", stderr);
      break;
  }
  // guide end
  // guide begin
  const logq::LoggerStatistics counters = log.statistics();
  if (counters.dropped() > 0) {
    std::fprintf(stderr, "%llu entries lost, the last one: %s\n",
                 static_cast<unsigned long long>(counters.dropped()),
                 log.describe_failure().c_str());
  }
  // guide end
}

int run_child(const logq::Logger& log) {
  // guide begin
  const pid_t child = ::fork();
  if (child == 0) {
    log.info("in the child");                                      // with the child's _PID
    if (log.flush(1s) != logq::FlushResult::kFlushed) ::_exit(1);  // exec keeps no queue
    ::execl("/bin/true", "true", nullptr);
    ::_exit(127);
  }
  // guide end
  int status = 1;
  ::waitpid(child, &status, 0);
  return status;
}

}  // namespace

int main() {
  const logq::Logger log({.identifier = "guide"});
  const std::uint8_t packet[] = {0x00, 0x0a, 0xff};
  log_fields(log, packet);
  log_with_context(log);
  log_at_levels(log);
  report_lost_order(log, 4711);
  log_errors(log);
  log_asynchronously();
  return run_child(logq::Logger({.identifier = "guide", .async = logq::AsyncOptions{}}));
}
