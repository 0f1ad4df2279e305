// logq::Logger without spdlog: typed fields, a logger for one request, an error code.
#include <chrono>
#include <system_error>

#include "logq/logger.h"

namespace {

void handle_request(const logq::Logger& log, int number) {
  const logq::Logger request_log = log.with(logq::field("REQUEST_ID", number));
  const auto begin = std::chrono::steady_clock::now();
  request_log.info("request received", logq::field<"METHOD">("GET"), logq::field<"RETRY">(false));

  const auto error = std::make_error_code(std::errc::no_such_file_or_directory);
  request_log.warning("page not found", logq::field("REASON", error),
                      logq::field("DURATION_USEC", std::chrono::steady_clock::now() - begin));
}

}  // namespace

int main() {
  logq::LoggerOptions options;
  options.identifier = "plain-logger";
  const logq::Logger log(options);

  log.notice("started");
  for (int number = 1; number <= 3; ++number)
    handle_request(log, number);
  const auto flushed = log.flush(std::chrono::seconds(1));
  return flushed == logq::FlushResult::kFlushed ? 0 : 1;
}
