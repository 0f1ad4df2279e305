#include "supervise/exit_status_set.h"

#include <signal.h>
#include <string.h>

#include <charconv>
#include <optional>

namespace logq::supervise {
namespace {

std::optional<int> parse_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "RTMIN", "RTMIN+3", "RTMAX-2".
int parse_real_time_signal(std::string_view text) {
  const bool counts_up = text.starts_with("RTMIN");
  if (!counts_up && !text.starts_with("RTMAX")) return 0;
  text.remove_prefix(5);
  const int from = counts_up ? SIGRTMIN : SIGRTMAX;
  if (text.empty()) return from;
  if (text.front() != (counts_up ? '+' : '-')) return 0;
  const auto distance = parse_number(text.substr(1));
  if (!distance || *distance < 0 || *distance > SIGRTMAX - SIGRTMIN) return 0;
  return counts_up ? from + *distance : from - *distance;
}

}  // namespace

int parse_signal(std::string_view text) {
  if (const auto number = parse_number(text)) {
    return *number > 0 && *number <= ExitStatusSet::kSignalMax ? *number : 0;
  }
  if (text.starts_with("SIG")) text.remove_prefix(3);
  for (int number = 1; number < SIGRTMIN; ++number) {
    const char* name = ::sigabbrev_np(number);
    if (name != nullptr && text == name) return number;
  }
  return parse_real_time_signal(text);
}

bool ExitStatusSet::contains(const ProcessExit& exit) const {
  const auto place = static_cast<std::size_t>(exit.status);
  if (exit.code == ProcessExit::Code::kExited) return place < statuses.size() && statuses[place];
  return place < signals.size() && signals[place];
}

bool ExitStatusSet::add(std::string_view item) {
  if (const auto status = parse_exit_status(item)) {
    statuses.set(static_cast<std::size_t>(*status));
    return true;
  }
  // A number that is no exit status is not meant as a signal.
  const int signal = parse_number(item) ? 0 : parse_signal(item);
  if (signal > 0) signals.set(static_cast<std::size_t>(signal));
  return signal > 0;
}

}  // namespace logq::supervise
