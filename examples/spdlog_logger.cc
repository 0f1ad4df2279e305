// spdlog with the journal's fields: an asynchronous sink, fields of a call, of a scope and of
// spdlog's mapped diagnostic context (where this spdlog has it), and errors that are heard of.
#include <cstdio>
#include <memory>
#include <string>

#include <spdlog/spdlog.h>

#include "logq/spdlog_sink.h"

namespace {

void handle_request(int number) {
  const logq::ScopedField request("REQUEST_ID", number);
  SPDLOG_INFO("request from {}", logq::kv("PEER", "10.0.0.1"));
  if (number % 2 == 0) SPDLOG_WARN("slow: {} ms", logq::kv("TOOK_MSEC", 120 * number));
}

}  // namespace

int main() {
  logq::SpdlogSinkOptions options;
  options.identifier = "spdlog-logger";
  options.async = logq::AsyncOptions{};
  const auto log =
      std::make_shared<spdlog::logger>("requests", std::make_shared<logq::spdlog_sink>(options));
  bool failed = false;
  log->set_error_handler([&failed](const std::string& what) {
    std::fprintf(stderr, "%s\n", what.c_str());
    failed = true;
  });
  spdlog::set_default_logger(log);

#ifdef LOGQ_SPDLOG_HAS_MDC
  spdlog::mdc::put("tenant", "north");  // TENANT=north
#endif
  for (int number = 1; number <= 4; ++number)
    handle_request(number);
  log->flush();
  return failed ? 1 : 0;
}
