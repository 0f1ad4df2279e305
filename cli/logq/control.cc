#include "logq/control.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/io.h"

namespace logq::cli {
namespace {

constexpr std::uint64_t kWaitLimitUsec = 30'000'000;
constexpr unsigned kLookAgainAfterUsec = 5'000;

std::uint64_t monotonic_usec() {
  return base::Clock::system().now().monotonic_usec;
}

std::optional<std::uint64_t> read_number(const std::string& path) {
  const Result<std::string> text = base::read_small_file(path, 32);
  std::uint64_t number = 0;
  if (!text) return std::nullopt;
  const auto result = std::from_chars(text->data(), text->data() + text->size(), number);
  return result.ec == std::errc{} ? std::optional(number) : std::nullopt;
}

// logqd leaves the time of its last deed in a file of its runtime directory.
bool wait_for_stamp(const std::string& path, std::uint64_t asked_usec) {
  while (monotonic_usec() < asked_usec + kWaitLimitUsec) {
    if (read_number(path).value_or(0) >= asked_usec) return true;
    ::usleep(kLookAgainAfterUsec);
  }
  return false;
}

}  // namespace

Outcome<ExitStatus> control_collector(const Options& options) {
  const bool sync = options.command == Command::kSync;
  if (options.runtime_dir.empty()) return failure("--sync and --rotate need --runtime-dir=");
  const std::string pid_path = options.runtime_dir + "/logqd.pid";
  const std::optional<std::uint64_t> pid = read_number(pid_path);
  if (!pid || *pid == 0 || *pid > INT32_MAX) return failure(pid_path + ": no logqd is running");

  const std::uint64_t asked_usec = monotonic_usec();
  if (::kill(static_cast<pid_t>(*pid), sync ? SIGRTMIN + 1 : SIGUSR2) < 0) {
    return failure(describe(pid_path, Error::system(errno, "kill")));
  }
  const std::string stamp = options.runtime_dir + (sync ? "/synced" : "/rotated");
  if (!wait_for_stamp(stamp, asked_usec)) return failure(stamp + ": logqd did not answer in 30 s");
  return ExitStatus::kOk;
}

}  // namespace logq::cli
