#include "query/calendar_text.h"

#include <array>
#include <ctime>
#include <string_view>

#include "base/quantity.h"
#include "query/text_append.h"

namespace logq::query {
namespace {

// Behind year 9999 there is no date, whatever the zone.
constexpr std::uint64_t kSecondMax = 253'402'214'400;

bool is_precise(CalendarStyle style) {
  return style == CalendarStyle::kShortPrecise || style == CalendarStyle::kIsoPrecise ||
         style == CalendarStyle::kFullPrecise;
}

using Buffer = std::array<char, 128>;

// "Nov 14 22:13:20", in the locale's words.
void append_month_and_day(const std::tm& time, std::string& out) {
  Buffer text;
  out.append(text.data(), std::strftime(text.data(), text.size(), "%b %d %H:%M:%S", &time));
}

// "2023-11-14", then `between`, then "22:13:20".
void append_date(const std::tm& time, char between, std::string& out) {
  Buffer text;
  out.append(text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d", &time));
  out.push_back(between);
  out.append(text.data(), std::strftime(text.data(), text.size(), "%H:%M:%S", &time));
}

void append_weekday(const std::tm& time, std::string& out) {
  constexpr std::array<std::string_view, 7> kNames = {"Sun", "Mon", "Tue", "Wed",
                                                      "Thu", "Fri", "Sat"};
  out += kNames[static_cast<std::size_t>(time.tm_wday)];
}

// "+05:45"
void append_offset(const std::tm& time, std::string& out) {
  std::array<char, 16> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%z", &time);
  const std::string_view offset(text.data(), size);
  out += offset.substr(0, 3);
  if (size <= 3) return;
  out.push_back(':');
  out += offset.substr(3);
}

}  // namespace

void CalendarText::append(std::uint64_t realtime_usec, std::string& out) {
  const std::uint64_t second = realtime_usec / base::kUsecPerSecond;
  if (second != second_) format_second(second);
  out += before_;
  if (is_precise(style_)) {
    out.push_back('.');
    append_padded(realtime_usec % base::kUsecPerSecond, 6, '0', out);
  }
  out += after_;
}

void CalendarText::format_second(std::uint64_t second) {
  before_.clear();
  after_.clear();
  second_ = second;
  std::tm time{};
  const auto seconds = static_cast<std::time_t>(second < kSecondMax ? second : kSecondMax);
  const bool known = utc_ ? gmtime_r(&seconds, &time) != nullptr  //
                          : localtime_r(&seconds, &time) != nullptr;
  if (!known) return;

  switch (style_) {
    case CalendarStyle::kShort:
    case CalendarStyle::kShortPrecise:
      append_month_and_day(time, before_);
      return;
    case CalendarStyle::kIso:
    case CalendarStyle::kIsoPrecise:
      append_date(time, 'T', before_);
      append_offset(time, after_);
      return;
    case CalendarStyle::kFull:
    case CalendarStyle::kFullPrecise:
      if (second >= kSecondMax) {
        before_ = "--- XXXX-XX-XX XX:XX:XX";
      } else {
        append_weekday(time, before_);
        before_.push_back(' ');
        append_date(time, ' ', before_);
      }
      after_.push_back(' ');
      after_ += utc_ ? "UTC" : time.tm_zone;
      return;
  }
}

}  // namespace logq::query
