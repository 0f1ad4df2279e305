// An asynchronous logger with all that was installed: without a collector its entry is on standard
// error when the logger's end has been waited for.
#include <chrono>

#include <logq/logger.h>

int main() {
  logq::LoggerOptions options;
  options.async = logq::AsyncOptions{};
  const logq::Logger log(options);
  const auto status = log.info("installed", logq::field<"ANSWER">(42));
  if (status != logq::SendStatus::kQueued) return 1;
  if (log.flush(std::chrono::seconds(60)) != logq::FlushResult::kFlushed) return 2;
  return log.statistics().fell_back == 1 ? 0 : 3;
}
