// Wall-clock times as text, in the forms of journalctl's output formats.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace logq::query {

enum class CalendarStyle : std::uint8_t {
  kShort,         // Nov 14 22:13:20, month name of the locale
  kShortPrecise,  // Nov 14 22:13:20.000123
  kIso,           // 2023-11-14T22:13:20+00:00
  kIsoPrecise,    // 2023-11-14T22:13:20.000123+00:00
  kFull,          // Tue 2023-11-14 22:13:20 UTC, the same in every locale
  kFullPrecise,   // Tue 2023-11-14 22:13:20.000123 UTC
};

// Entries come in order of time, so the text of the last second is kept. Not thread-safe.
class CalendarText {
 public:
  // In UTC or in the zone of the environment (TZ) at the time of the first call.
  CalendarText(CalendarStyle style, bool utc) : style_(style), utc_(utc) {}

  void append(std::uint64_t realtime_usec, std::string& out);

 private:
  void format_second(std::uint64_t second);

  CalendarStyle style_;
  bool utc_;
  std::optional<std::uint64_t> second_;  // that the two texts are of
  std::string before_;                   // up to the seconds
  std::string after_;                    // from behind the microseconds
};

}  // namespace logq::query
