#include "supervise/resource_limits.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/quantity.h"
#include "wire/loose_integer.h"

namespace logq::supervise {
namespace {

enum class Unit : std::uint8_t { kNumber, kBytes, kSeconds, kMicroseconds, kNice };

struct Resource {
  std::string_view key;
  int number;
  Unit unit;
};

constexpr std::array kResources = {
    Resource{"LimitCPU", RLIMIT_CPU, Unit::kSeconds},
    Resource{"LimitFSIZE", RLIMIT_FSIZE, Unit::kBytes},
    Resource{"LimitDATA", RLIMIT_DATA, Unit::kBytes},
    Resource{"LimitSTACK", RLIMIT_STACK, Unit::kBytes},
    Resource{"LimitCORE", RLIMIT_CORE, Unit::kBytes},
    Resource{"LimitRSS", RLIMIT_RSS, Unit::kBytes},
    Resource{"LimitNOFILE", RLIMIT_NOFILE, Unit::kNumber},
    Resource{"LimitAS", RLIMIT_AS, Unit::kBytes},
    Resource{"LimitNPROC", RLIMIT_NPROC, Unit::kNumber},
    Resource{"LimitMEMLOCK", RLIMIT_MEMLOCK, Unit::kBytes},
    Resource{"LimitLOCKS", RLIMIT_LOCKS, Unit::kNumber},
    Resource{"LimitSIGPENDING", RLIMIT_SIGPENDING, Unit::kNumber},
    Resource{"LimitMSGQUEUE", RLIMIT_MSGQUEUE, Unit::kBytes},
    Resource{"LimitNICE", RLIMIT_NICE, Unit::kNice},
    Resource{"LimitRTPRIO", RLIMIT_RTPRIO, Unit::kNumber},
    Resource{"LimitRTTIME", RLIMIT_RTTIME, Unit::kMicroseconds},
};

std::optional<rlim_t> finite(std::optional<std::uint64_t> value) {
  if (!value || *value >= RLIM_INFINITY) return std::nullopt;
  return *value;
}

// The kernel counts from 1, nice 19, to 40, nice -20.
std::optional<rlim_t> parse_nice_limit(std::string_view text) {
  constexpr std::uint64_t kMost = 40;
  const bool is_positive = text.starts_with('+');
  const bool is_negative = text.starts_with('-');
  const auto number =
      wire::parse_loose_unsigned(is_positive || is_negative ? text.substr(1) : text);
  if (!number) return std::nullopt;
  if (is_positive) return *number < 20 ? std::optional<rlim_t>(20 - *number) : std::nullopt;
  if (is_negative) return *number <= 20 ? std::optional<rlim_t>(20 + *number) : std::nullopt;
  return *number <= kMost ? std::optional<rlim_t>(*number) : std::nullopt;
}

std::optional<rlim_t> parse_seconds(std::string_view text) {
  const auto usec = base::parse_time_span(text);
  if (!usec) return std::nullopt;
  if (*usec == base::kInfiniteUsec) return RLIM_INFINITY;
  return *usec / base::kUsecPerSecond + (*usec % base::kUsecPerSecond == 0 ? 0 : 1);
}

std::optional<rlim_t> parse_microseconds(std::string_view text) {
  const auto usec = base::parse_time_span(text, 1);
  if (!usec) return std::nullopt;
  return *usec == base::kInfiniteUsec ? RLIM_INFINITY : *usec;
}

std::optional<rlim_t> parse_one(Unit unit, std::string_view text) {
  if (text == "infinity") return RLIM_INFINITY;
  switch (unit) {
    case Unit::kNumber:
      return finite(wire::parse_loose_unsigned(text));
    case Unit::kBytes:
      return finite(base::parse_size(text));
    case Unit::kSeconds:
      return parse_seconds(text);
    case Unit::kMicroseconds:
      return parse_microseconds(text);
    case Unit::kNice:
      return parse_nice_limit(text);
  }
  return std::nullopt;
}

}  // namespace

rlimit limit_to_set(const ResourceLimit& limit, const rlimit& current) {
  if (limit.hard) return {limit.soft, *limit.hard};
  return {std::min(limit.soft, current.rlim_max), current.rlim_max};
}

int resource_of_key(std::string_view key) {
  const auto* found = std::ranges::find(kResources, key, &Resource::key);
  return found == kResources.end() ? -1 : found->number;
}

ParsedLimit parse_limit(int resource, std::string_view value) {
  ParsedLimit parsed;
  parsed.limit.resource = resource;
  parsed.problem = LimitProblem::kMalformed;
  const auto* found = std::ranges::find(kResources, resource, &Resource::number);
  if (found == kResources.end()) return parsed;
  const std::size_t colon = value.find(':');
  const auto soft = parse_one(found->unit, value.substr(0, colon));
  const auto hard =
      colon == std::string_view::npos ? soft : parse_one(found->unit, value.substr(colon + 1));
  if (!soft || !hard) return parsed;
  parsed.limit.soft = *soft;
  parsed.limit.hard = *hard;
  parsed.problem = *soft > *hard ? LimitProblem::kSoftAboveHard : LimitProblem::kNone;
  return parsed;
}

std::vector<ResourceLimit> parse_soft_limit(char letter, std::string_view value) {
  constexpr std::array<std::pair<char, int>, 13> kLetters = {{
      {'m', RLIMIT_DATA},
      {'m', RLIMIT_STACK},
      {'m', RLIMIT_MEMLOCK},
      {'m', RLIMIT_AS},
      {'d', RLIMIT_DATA},
      {'s', RLIMIT_STACK},
      {'l', RLIMIT_MEMLOCK},
      {'a', RLIMIT_AS},
      {'o', RLIMIT_NOFILE},
      {'c', RLIMIT_CORE},
      {'f', RLIMIT_FSIZE},
      {'p', RLIMIT_NPROC},
      {'t', RLIMIT_CPU},
  }};
  rlim_t soft = RLIM_INFINITY;
  if (value != "=") {
    const char* last = value.data() + value.size();
    const auto [end, error] = std::from_chars(value.data(), last, soft);
    if (error != std::errc{} || end != last) return {};
  }
  std::vector<ResourceLimit> limits;
  for (const auto& [known, resource] : kLetters) {
    if (known == letter) limits.push_back({resource, soft, std::nullopt});
  }
  if (letter == 'r') limits.push_back({RLIMIT_RSS, soft, std::nullopt});
  return limits;
}

}  // namespace logq::supervise
