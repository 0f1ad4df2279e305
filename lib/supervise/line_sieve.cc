#include "supervise/line_sieve.h"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <utility>

#include "base/quantity.h"

namespace logq::supervise {
namespace {

constexpr std::uint64_t kTaiEpoch = (std::uint64_t{1} << 62) + 10;
constexpr std::size_t kLabelBytes = 25;  // beside the space that follows

}  // namespace

std::string tai64n_label(std::uint64_t realtime_usec) {
  std::array<char, kLabelBytes + 1> text{};
  std::snprintf(text.data(), text.size(), "@%016" PRIx64 "%08" PRIx64,
                kTaiEpoch + realtime_usec / base::kUsecPerSecond,
                realtime_usec % base::kUsecPerSecond * 1000);
  return text.data();
}

LineSieve::LineSieve(const LoggerScript& script, base::Clock& clock, OnLine on_line)
    : script_(script),
      clock_(clock),
      on_line_(std::move(on_line)) {}

LineSieve::Step LineSieve::next(std::string_view input, bool at_end) {
  if (script_.is_trivial()) return {input.size(), true};
  Step step;
  while (step.bytes < input.size()) {
    const std::string_view rest = input.substr(step.bytes);
    if (!is_judged_ && !judge_line(rest, at_end)) break;
    if (step.bytes == 0) step.is_stored = verdict_.stored;
    if (step.is_stored != verdict_.stored) break;
    const std::size_t end = rest.find('\n');
    is_judged_ = end == std::string_view::npos;
    step.bytes += is_judged_ ? rest.size() : end + 1;
  }
  return step;
}

// False when too little of it is there.
bool LineSieve::judge_line(std::string_view input, bool at_end) {
  const std::size_t stamp = script_.stamps_lines() ? kLabelBytes + 1 : 0;
  std::string_view head = input.substr(0, kScriptLineMax - stamp);
  const std::size_t end = head.find('\n');
  if (end == std::string_view::npos && head.size() + stamp < kScriptLineMax && !at_end) {
    return false;
  }
  head = head.substr(0, end);
  if (stamp != 0) {
    head_ = tai64n_label(clock_.now().realtime_usec);
    head_.append(1, ' ').append(head);
    head = head_;
  }
  script_.judge(head, verdict_);
  is_judged_ = true;
  if (verdict_.times_shown != 0 || !verdict_.kept_status.empty()) on_line_(head, verdict_);
  return true;
}

}  // namespace logq::supervise
