#include "base/time_zone.h"

#include <stdlib.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/io.h"

namespace logq::base {
namespace {

constexpr std::string_view kZoneFiles = "/usr/share/zoneinfo/";
constexpr std::string_view kZoneMagic = "TZif";
constexpr std::int64_t kMaxOffsetSeconds = std::int64_t{24} * 3600;
// As many as mktime(3) makes before it gives up.
constexpr int kMaxProbes = 6;

std::int64_t seconds_as_if_utc(tm civil) {
  return ::timegm(&civil);
}

tm local_time(std::int64_t seconds) {
  const time_t time = seconds;
  tm civil{};
  ::localtime_r(&time, &civil);
  return civil;
}

// mktime(3) starts at the zone offset that its last answer had, so what it takes for a time that
// occurs twice depends on earlier calls. This begins at UTC, as its first call does: subtract the
// offset in force at the guess until the guess stays. In a skipped hour the guesses alternate, and
// the one in summer time is taken.
std::optional<std::int64_t> local_seconds(const tm& civil) {
  const std::int64_t as_if_utc = seconds_as_if_utc(civil);
  std::int64_t guess = as_if_utc;
  std::int64_t last = as_if_utc;
  std::int64_t last_but_one = as_if_utc;
  bool last_was_dst = false;
  for (int probe = 0; probe < kMaxProbes; ++probe) {
    const tm found = local_time(guess);
    const std::int64_t next = as_if_utc - found.tm_gmtoff;
    if (next == guess) return guess;
    const bool alternates = guess == last_but_one && guess != last;
    if (alternates && (found.tm_isdst != 0 || !last_was_dst)) return guess;
    last_but_one = last;
    last = guess;
    guess = next;
    last_was_dst = found.tm_isdst != 0;
  }
  return std::nullopt;
}

int two_digits(std::string_view text) {
  return (text[0] - '0') * 10 + (text[1] - '0');
}

bool equal_but_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return to_lower(x) == to_lower(y); });
}

bool is_zone_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         c == '+' || c == '/';
}

}  // namespace

tm civil_time(std::int64_t seconds, const Zone& zone) {
  if (zone.kind == Zone::Kind::kLocal) {
    ::tzset();
    return local_time(seconds);
  }
  const time_t shifted = seconds + zone.utc_offset_seconds;
  tm civil{};
  ::gmtime_r(&shifted, &civil);
  return civil;
}

std::optional<std::int64_t> seconds_of(const tm& civil, const Zone& zone) {
  if (zone.kind == Zone::Kind::kFixed) return seconds_as_if_utc(civil) - zone.utc_offset_seconds;
  ::tzset();
  if (zone.is_dst < 0) return local_seconds(civil);
  tm normalized = civil;
  normalized.tm_isdst = zone.is_dst;
  normalized.tm_wday = -1;  // set by every success; -1 alone is also a time
  const time_t seconds = ::mktime(&normalized);
  if (normalized.tm_wday < 0) return std::nullopt;
  return seconds;
}

int weekday_of(const tm& civil) {
  tm normalized = civil;
  ::timegm(&normalized);
  return normalized.tm_wday;
}

std::optional<Zone> parse_utc_offset(std::string_view text) {
  if (text == "Z") return Zone::utc();
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  std::string digits(text.substr(1));
  if (digits.size() == 5 && digits[2] == ':') digits.erase(2, 1);
  if (digits.size() != 2 && digits.size() != 4) return std::nullopt;
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  const int minutes = digits.size() == 4 ? two_digits(std::string_view(digits).substr(2)) : 0;
  if (minutes > 59) return std::nullopt;
  const std::int64_t offset = std::int64_t{two_digits(digits)} * 3600 + std::int64_t{minutes} * 60;
  if (offset > kMaxOffsetSeconds) return std::nullopt;
  return Zone{Zone::Kind::kFixed, text[0] == '-' ? -offset : offset, -1};
}

bool is_zone_name(std::string_view name) {
  if (name.empty() || name.size() > 255 || name.front() == '/' || name.back() == '/') return false;
  if (!std::all_of(name.begin(), name.end(), is_zone_character)) return false;
  const auto head = read_small_file(std::string(kZoneFiles) + std::string(name), kZoneMagic.size());
  return head.has_value() && *head == kZoneMagic;
}

std::optional<Zone> local_zone_called(std::string_view name) {
  ::tzset();
  for (const int is_dst : {0, 1}) {
    if (!name.empty() && equal_but_case(name, ::tzname[is_dst]))
      return Zone{Zone::Kind::kLocal, 0, is_dst};
  }
  return std::nullopt;
}

// The environment is this class's business; it says that no other thread may run.
// NOLINTBEGIN(concurrency-mt-unsafe)
ScopedTimeZone::ScopedTimeZone(const std::string& name) {
  if (const char* previous = ::getenv("TZ")) previous_ = previous;
  ::setenv("TZ", name.c_str(), 1);
  ::tzset();
}

ScopedTimeZone::~ScopedTimeZone() {
  if (previous_) {
    ::setenv("TZ", previous_->c_str(), 1);
  } else {
    ::unsetenv("TZ");
  }
  ::tzset();
}
// NOLINTEND(concurrency-mt-unsafe)

}  // namespace logq::base
