// A program with our sink; sink_before.cc is the same with spdlog's own systemd sink. README.md and
// docs/logging-adapters.md show the two lines that differ, and a test runs both.
#include <memory>

#include <logq/spdlog_sink.h>
#include <spdlog/spdlog.h>

int main() {
  auto sink = std::make_shared<logq::spdlog_sink>();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("shop", sink));

  spdlog::info("user {} logged in", 42);
  SPDLOG_ERROR("cannot open {}", "/srv/data");
  return 0;
}
