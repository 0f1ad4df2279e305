#include "base/timestamp.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/ascii.h"
#include "base/quantity.h"
#include "base/time_zone.h"
#include "base/try.h"

namespace logq::base {
namespace {

// The shapes of a date and time, tried in this order: Y year of four digits, y of two, m month,
// b its name, d day, H hour, M minute, S second with an optional fraction, blank any white space.
constexpr std::array<std::string_view, 11> kShapes = {
    "y-m-d H:M:S", "Y-m-d H:M:S", "Y-m-dTH:M:S", "b d H:M:S", "y-m-d H:M", "Y-m-d H:M",
    "Y-m-dTH:M",   "y-m-d",       "Y-m-d",       "H:M:S",     "H:M"};
constexpr std::array<std::string_view, 12> kMonths = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sunday",   "monday", "tuesday", "wednesday",
                                                       "thursday", "friday", "saturday"};
constexpr std::size_t kShortName = 3;
constexpr int kFractionDigits = 6;
// 9999-12-30 23:59:59 UTC, so that a date has four digits of year in every zone.
constexpr std::int64_t kLatestSeconds = 253'402'214'399;

Error no_time() {
  return Error::make(Errc::kInvalidArgument, "not a time");
}

Error out_of_range() {
  return Error::make(Errc::kInvalidArgument, "time out of range");
}

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool starts_with_name(std::string_view text, std::string_view name) {
  return text.size() >= name.size() &&
         std::equal(name.begin(), name.end(), text.begin(),
                    [](char wanted, char c) { return wanted == to_lower(c); });
}

// Takes one of `names`, long or short, off the front; its index.
template <std::size_t N>
std::optional<int> take_name(std::string_view& text, const std::array<std::string_view, N>& names) {
  for (std::size_t i = 0; i < N; ++i) {
    for (const std::string_view name : {names[i], names[i].substr(0, kShortName)}) {
      if (!starts_with_name(text, name)) continue;
      text.remove_prefix(name.size());
      return static_cast<int>(i);
    }
  }
  return std::nullopt;
}

// Takes a number of at most `max_digits` off the front, as strptime(3) does: blanks before it do
// not matter.
std::optional<int> take_number(std::string_view& text, int low, int high, int max_digits) {
  while (!text.empty() && is_blank(text[0]))
    text.remove_prefix(1);
  int value = 0;
  int digits = 0;
  while (digits < max_digits && !text.empty() && is_digit(text[0]) &&
         (digits == 0 || value * 10 <= high)) {
    value = value * 10 + (text[0] - '0');
    text.remove_prefix(1);
    ++digits;
  }
  if (digits == 0 || value < low || value > high) return std::nullopt;
  return value;
}

// Stores `value` less `offset` unless there is none.
bool store(std::optional<int> value, int offset, int& member) {
  if (value) member = *value - offset;
  return value.has_value();
}

bool take_part(char part, std::string_view& text, tm& civil) {
  switch (part) {
    case 'Y':
      return store(take_number(text, 0, 9999, 4), 1900, civil.tm_year);
    case 'y':
      if (!store(take_number(text, 0, 99, 2), 0, civil.tm_year)) return false;
      if (civil.tm_year < 69) civil.tm_year += 100;
      return true;
    case 'm':
      return store(take_number(text, 1, 12, 2), 1, civil.tm_mon);
    case 'b':
      return store(take_name(text, kMonths), 0, civil.tm_mon);
    case 'd':
      return store(take_number(text, 1, 31, 2), 0, civil.tm_mday);
    case 'H':
      return store(take_number(text, 0, 23, 2), 0, civil.tm_hour);
    case 'M':
      return store(take_number(text, 0, 59, 2), 0, civil.tm_min);
    case 'S':  // 60 and 61 for leap seconds
      return store(take_number(text, 0, 61, 2), 0, civil.tm_sec);
    case ' ':
      while (!text.empty() && is_blank(text[0]))
        text.remove_prefix(1);
      return true;
    default:
      if (!text.starts_with(part)) return false;
      text.remove_prefix(1);
      return true;
  }
}

// ".5" in microseconds, rounded to the nearest; nothing unless it is all of `text`.
std::optional<int> parse_fraction(std::string_view text) {
  text.remove_prefix(1);
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  int usec = 0;
  for (std::size_t i = 0; i < kFractionDigits; ++i)
    usec = usec * 10 + (i < text.size() ? text[i] - '0' : 0);
  if (text.size() > kFractionDigits && text[kFractionDigits] >= '5') ++usec;
  return usec;
}

struct CivilMoment {
  tm civil{};
  int usec = 0;
};

// `text` in the given shape; what the shape leaves out is as on `today`.
std::optional<CivilMoment> parse_shape(std::string_view text,
                                       std::string_view shape,
                                       const tm& today) {
  CivilMoment moment{today, 0};
  moment.civil.tm_hour = moment.civil.tm_min = moment.civil.tm_sec = 0;
  for (const char part : shape) {
    if (!take_part(part, text, moment.civil)) return std::nullopt;
  }
  if (text.empty()) return moment;
  if (!shape.ends_with('S') || text[0] != '.') return std::nullopt;
  const std::optional<int> usec = parse_fraction(text);
  if (!usec) return std::nullopt;
  moment.usec = *usec;
  return moment;
}

std::optional<CivilMoment> parse_date_and_time(std::string_view text, const tm& today) {
  for (const std::string_view shape : kShapes) {
    if (auto moment = parse_shape(text, shape, today)) return moment;
  }
  return std::nullopt;
}

// Takes "Sat " off the front.
std::optional<int> take_weekday(std::string_view& text) {
  std::string_view rest = text;
  const std::optional<int> weekday = take_name(rest, kWeekdays);
  if (!weekday || !rest.starts_with(' ')) return std::nullopt;
  rest.remove_prefix(1);
  text = rest;
  return weekday;
}

// The midnight that a word means, counted in days from today.
std::optional<int> day_word(std::string_view text) {
  if (text == "yesterday") return -1;
  if (text == "today") return 0;
  if (text == "tomorrow") return 1;
  return std::nullopt;
}

Result<std::uint64_t> usec_of(const CivilMoment& moment, const Zone& zone) {
  const std::optional<std::int64_t> seconds = seconds_of(moment.civil, zone);
  if (!seconds || *seconds < 0 || *seconds > kLatestSeconds) return fail(out_of_range());
  return static_cast<std::uint64_t>(*seconds) * kUsecPerSecond +
         static_cast<std::uint64_t>(moment.usec);
}

// A time without its zone.
Result<std::uint64_t> parse_in_zone(std::string_view text, const Zone& zone, std::uint64_t now) {
  if (text == "now") return now;
  tm today = civil_time(static_cast<std::int64_t>(now / kUsecPerSecond), zone);
  if (const std::optional<int> days = day_word(text)) {
    today.tm_mday += *days;
    today.tm_hour = today.tm_min = today.tm_sec = 0;
    return usec_of({today, 0}, zone);
  }
  const std::optional<int> weekday = take_weekday(text);
  const std::optional<CivilMoment> moment = parse_date_and_time(text, today);
  if (!moment) return fail(no_time());
  if (weekday && *weekday != weekday_of(moment->civil)) {
    return fail(Error::make(Errc::kInvalidArgument, "not that weekday"));
  }
  return usec_of(*moment, zone);
}

// A time in the local zone that may call it by its abbreviation. `name` is the last word of `text`.
Result<std::uint64_t> parse_local(std::string_view text,
                                  std::string_view before_name,
                                  std::string_view name,
                                  std::uint64_t now) {
  if (const std::optional<Zone> zone = local_zone_called(name)) {
    return parse_in_zone(before_name, *zone, now);
  }
  return parse_in_zone(text, Zone::local(), now);
}

// "...Z" and "...+05:30" as in RFC 3339, without a blank before the zone.
std::optional<Result<std::uint64_t>> parse_attached_zone(std::string_view text, std::uint64_t now) {
  constexpr std::size_t kOffsetLength = 6;
  if (text.size() > 2 && text.ends_with('Z')) {
    auto time = parse_in_zone(text.substr(0, text.size() - 1), Zone::utc(), now);
    if (time) return time;
  }
  if (text.size() <= kOffsetLength) return std::nullopt;
  const std::size_t at = text.size() - kOffsetLength;
  const std::optional<Zone> zone = parse_utc_offset(text.substr(at));
  if (!zone || text[at - 1] == ' ') return std::nullopt;
  return parse_in_zone(text.substr(0, at), *zone, now);
}

Result<std::uint64_t> parse_zoned(std::string_view text, std::uint64_t now) {
  if (auto time = parse_attached_zone(text, now)) return *time;
  const std::size_t blank = text.rfind(' ');
  if (blank == std::string_view::npos) return parse_in_zone(text, Zone::local(), now);
  const std::string_view before = text.substr(0, blank);
  const std::string_view name = text.substr(blank + 1);
  if (name.size() == 3 && starts_with_name(name, "utc"))
    return parse_in_zone(before, Zone::utc(), now);
  if (const std::optional<Zone> zone = parse_utc_offset(name)) {
    return parse_in_zone(before, *zone, now);
  }
  if (!is_zone_name(name)) return parse_local(text, before, name, now);
  const ScopedTimeZone scope{std::string(name)};
  // "CET" is a zone's name and its abbreviation, which then means standard time.
  return parse_local(before, before, name, now);
}

Result<std::uint64_t> parse_span(std::string_view text) {
  const std::optional<std::uint64_t> span = parse_time_span(text);
  if (!span) return fail(no_time());
  return *span;
}

Result<std::uint64_t> after(std::uint64_t now, std::uint64_t span) {
  if (span > kInfiniteUsec - now) return fail(out_of_range());
  return now + span;
}

Result<std::uint64_t> before(std::uint64_t now, std::uint64_t span) {
  if (span > now) return fail(out_of_range());
  return now - span;
}

}  // namespace

Result<std::uint64_t> parse_timestamp(std::string_view text, std::uint64_t now_realtime_usec) {
  constexpr std::string_view kAgo = " ago";
  constexpr std::string_view kLeft = " left";
  const std::uint64_t now = now_realtime_usec;
  if (text.starts_with('@')) return parse_span(text.substr(1));
  if (text.starts_with('+')) return after(now, LOGQ_TRY(parse_span(text.substr(1))));
  if (text.starts_with('-')) return before(now, LOGQ_TRY(parse_span(text.substr(1))));
  if (text.ends_with(kAgo)) {
    return before(now, LOGQ_TRY(parse_span(text.substr(0, text.size() - kAgo.size()))));
  }
  if (text.ends_with(kLeft)) {
    return after(now, LOGQ_TRY(parse_span(text.substr(0, text.size() - kLeft.size()))));
  }
  return parse_zoned(text, now);
}

}  // namespace logq::base
