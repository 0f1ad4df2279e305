// hello: a small service that logs the two ways services do. Through spdlog with the logq sink, as
// entries with fields, and by printing on stdout, as lines.
//
//   hello [--count=N] [--interval-ms=MS]
//
// Ticks N times (for ever without --count), MS milliseconds apart, until SIGTERM or SIGINT.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string_view>

#include <spdlog/spdlog.h>

#include "logq/spdlog_sink.h"

namespace {

struct Options {
  std::uint64_t count = 0;  // 0: until a signal
  std::uint64_t interval_ms = 1000;
};

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Options> parse_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto equals = std::min(argument.find('='), argument.size() - 1);
    const auto number = parse_number(argument.substr(equals + 1));
    const auto name = argument.substr(0, equals);
    if (name == "--count" && number) {
      options.count = *number;
    } else if (name == "--interval-ms" && number && *number <= 86'400'000) {
      options.interval_ms = *number;
    } else {
      return std::nullopt;
    }
  }
  return options;
}

// Signals that ask the service to end, blocked so that they are only seen where we wait for them.
sigset_t block_stop_signals() {
  sigset_t signals{};
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Sleeps one interval; the signal that cut it short, or nothing.
std::optional<int> wait_for_stop(const sigset_t& signals, std::uint64_t interval_ms) {
  timespec timeout{};
  timeout.tv_sec = static_cast<time_t>(interval_ms / 1000);
  timeout.tv_nsec = static_cast<long>(interval_ms % 1000 * 1'000'000);
  const int signal = sigtimedwait(&signals, nullptr, &timeout);
  return signal > 0 ? std::optional(signal) : std::nullopt;
}

void tick(std::uint64_t number) {
  SPDLOG_INFO("tick {}", logq::kv("TICK", number));
  if (number % 3 == 0) SPDLOG_WARN("tick {} is a multiple of {}", number, logq::kv("DIVISOR", 3));
  std::printf("hello, this is line %llu on stdout\n", static_cast<unsigned long long>(number));
  std::fflush(stdout);
}

void serve(const Options& options) {
  const sigset_t signals = block_stop_signals();
  logq::ScopedField version("HELLO_VERSION", "1.0");  // on every entry of this thread
  SPDLOG_INFO("started with pid {}", logq::kv("MAIN_PID", ::getpid()));
  for (std::uint64_t number = 1;; ++number) {
    tick(number);
    if (number == options.count) break;
    if (const auto signal = wait_for_stop(signals, options.interval_ms)) {
      SPDLOG_INFO("stopping on signal {}", logq::kv("SIGNAL", *signal));
      return;
    }
  }
  SPDLOG_INFO("finished after {} ticks", logq::kv("TICKS", options.count));
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv);
  if (!options) {
    std::fprintf(stderr, "usage: hello [--count=N] [--interval-ms=MS]\n");
    return 2;
  }
  auto sink = std::make_shared<logq::spdlog_sink>();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("hello", std::move(sink)));
  serve(*options);
  spdlog::default_logger()->flush();
  return 0;
}
