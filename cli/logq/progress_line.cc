#include "logq/progress_line.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/quantity.h"
#include "common/run.h"

namespace logq::cli {
namespace {

// Before so much is done, and before so long, nobody can say how long the rest takes.
constexpr double kLeastDone = 0.02;
constexpr double kLeastSeconds = 1;

std::string percent(double fraction) {
  std::string text = std::to_string(static_cast<int>(fraction * 100));
  text.insert(0, 3 - std::min<std::size_t>(text.size(), 3), ' ');
  return text + "%";
}

}  // namespace

ProgressLine::ProgressLine(std::string what, std::chrono::milliseconds patience)
    : what_(std::move(what)),
      is_wanted_(::isatty(STDERR_FILENO) == 1),
      show_from_(began_ + patience) {}

void ProgressLine::update(double fraction) {
  const Clock::time_point now = Clock::now();
  if (!is_wanted_ || now < show_from_) return;
  fraction = std::clamp(fraction, 0.0, 1.0);
  std::string text = what_ + ": " + percent(fraction);
  const double seconds = std::chrono::duration<double>(now - began_).count();
  if (fraction >= kLeastDone && seconds >= kLeastSeconds) {
    const double left = seconds / fraction - seconds;
    const auto usec = static_cast<std::uint64_t>(left * static_cast<double>(base::kUsecPerSecond));
    text += ", about " + base::format_time_span(usec + base::kUsecPerSecond, base::kUsecPerSecond) +
            " left";
  }
  if (text == shown_) return;
  std::fprintf(stderr, "\r\x1b[K%s", text.c_str());
  if (shown_.empty()) before_next_error_line([this] { erase(); });
  shown_ = std::move(text);
}

void ProgressLine::erase() {
  if (shown_.empty()) return;
  std::fprintf(stderr, "\r\x1b[K");
  shown_.clear();
  before_next_error_line({});
}

void ProgressLine::end() {
  erase();
  is_wanted_ = false;
}

}  // namespace logq::cli
