// The snippets of docs/logging-adapters.md about spdlog; a test compares the two, another runs
// this.
#include <cstdio>
#include <memory>
#include <string>

#include <spdlog/spdlog.h>

#include "logq/spdlog_sink.h"

int main() {
  // adapters begin
  logq::SpdlogSinkOptions options;
  options.identifier = "shop";           // SYSLOG_IDENTIFIER=; LOGGER= is the spdlog logger's name
  options.async = logq::AsyncOptions{};  // not spdlog's async_logger
  options.priorities[spdlog::level::critical] = logq::Priority::kError;  // no sync of the file
  const auto sink = std::make_shared<logq::spdlog_sink>(options);
  const auto log = std::make_shared<spdlog::logger>("orders", sink);
  log->set_error_handler(
      [](const std::string& what) { std::fprintf(stderr, "%s\n", what.c_str()); });
  spdlog::set_default_logger(log);
  // adapters end
  const std::string user = "alice";
  // adapters begin
  spdlog::info("user {} paid {:.2f}", logq::kv("USER", user), logq::kv("AMOUNT_EUR", 12.5));
  spdlog::warn("slow query", logq::kv("TOOK_USEC", 1500), logq::kv("TABLE", "orders"));
  // adapters end
  // adapters begin
  log->flush();                         // waits for the collector, for flush_timeout at most
  spdlog::set_default_logger(nullptr);  // the sink's last owner sends what is queued
  // adapters end
  return 0;
}
