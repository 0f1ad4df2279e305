#include <logq/spdlog_sink.h>
#include <spdlog/spdlog.h>

int main() {
  spdlog::logger log("user", std::make_shared<logq::spdlog_sink>());
  log.info("installed {}", logq::kv("ANSWER", 42));

  logq::SpdlogSinkOptions options;
  options.async = logq::AsyncOptions{};
  const auto sink = std::make_shared<logq::spdlog_sink>(options);
  spdlog::logger queued("user", sink);
  queued.info("installed {}", logq::kv("ANSWER", 42));
  queued.flush();
  return sink->logger().statistics().fell_back == 1 ? 0 : 1;
}
