// Zones: from calendar and clock (a tm) to seconds since 1970 and back.
//
// The zone files and rules are libc's. It knows one local zone at a time, that of $TZ, hence
// ScopedTimeZone for any other; everything else here may run on any thread.
#pragma once

#include <time.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logq::base {

// A zone that tm can be told in.
struct Zone {
  enum class Kind { kLocal, kFixed };
  Kind kind = Kind::kLocal;
  std::int64_t utc_offset_seconds = 0;  // kFixed: east of Greenwich
  // kLocal: which of two readings is meant where a clock change makes a time ambiguous or skips it:
  // standard time (0), summer time (1), or what mktime(3) takes in a fresh process (-1).
  int is_dst = -1;

  static Zone local() { return {}; }
  static Zone utc() { return {Kind::kFixed, 0, -1}; }
};

[[nodiscard]] tm civil_time(std::int64_t seconds, const Zone& zone);

// Members beyond their range are carried, as in mktime(3): October 32 is November 1. Nothing when
// no time is like that.
[[nodiscard]] std::optional<std::int64_t> seconds_of(const tm& civil, const Zone& zone);

// The day of the week of a date, 0 for Sunday.
[[nodiscard]] int weekday_of(const tm& civil);

// "+05", "-0530", "+05:30", "Z"; at most 24 hours.
[[nodiscard]] std::optional<Zone> parse_utc_offset(std::string_view text);

// Whether /usr/share/zoneinfo has a zone of this name ("Asia/Tokyo").
[[nodiscard]] bool is_zone_name(std::string_view name);

// The local zone, when `name` is what it calls its standard or its summer time ("CET", "cest").
[[nodiscard]] std::optional<Zone> local_zone_called(std::string_view name);

// Makes another zone the local one while it lives. It changes the environment, so no other thread
// may run, nor another of these: for programs that read their command line.
class ScopedTimeZone {
 public:
  explicit ScopedTimeZone(const std::string& name);
  ScopedTimeZone(const ScopedTimeZone&) = delete;
  ScopedTimeZone& operator=(const ScopedTimeZone&) = delete;
  ~ScopedTimeZone();

 private:
  std::optional<std::string> previous_;
};

}  // namespace logq::base
