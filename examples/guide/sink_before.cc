// A program with spdlog's own systemd sink; sink_after.cc is the same with ours. README.md and
// docs/logging-adapters.md show the two lines that differ, and a test runs both.
#include <memory>

#include <spdlog/sinks/systemd_sink.h>
#include <spdlog/spdlog.h>

int main() {
  auto sink = std::make_shared<spdlog::sinks::systemd_sink_mt>();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("shop", sink));

  spdlog::info("user {} logged in", 42);
  SPDLOG_ERROR("cannot open {}", "/srv/data");
  return 0;
}
