#include "query/calendar_text.h"

#include <gtest/gtest.h>

namespace logq::query {
namespace {

constexpr std::uint64_t kTime = 1'700'000'000'000'123;

std::string text_of(CalendarStyle style, std::uint64_t usec) {
  std::string out;
  CalendarText(style, true).append(usec, out);
  return out;
}

TEST(CalendarText, HasAFormForEachFamilyOfFormats) {
  EXPECT_EQ(text_of(CalendarStyle::kShort, kTime), "Nov 14 22:13:20");
  EXPECT_EQ(text_of(CalendarStyle::kShortPrecise, kTime), "Nov 14 22:13:20.000123");
  EXPECT_EQ(text_of(CalendarStyle::kIso, kTime), "2023-11-14T22:13:20+00:00");
  EXPECT_EQ(text_of(CalendarStyle::kIsoPrecise, kTime), "2023-11-14T22:13:20.000123+00:00");
  EXPECT_EQ(text_of(CalendarStyle::kFull, kTime), "Tue 2023-11-14 22:13:20 UTC");
  EXPECT_EQ(text_of(CalendarStyle::kFullPrecise, kTime), "Tue 2023-11-14 22:13:20.000123 UTC");
}

TEST(CalendarText, KnowsTheFirstAndTheLastYears) {
  EXPECT_EQ(text_of(CalendarStyle::kFull, 0), "Thu 1970-01-01 00:00:00 UTC");
  EXPECT_EQ(text_of(CalendarStyle::kFull, 253'402'214'399'999'999), "Thu 9999-12-30 23:59:59 UTC");
}

TEST(CalendarText, HasNoDateForWhatNoCalendarHolds) {
  EXPECT_EQ(text_of(CalendarStyle::kFull, UINT64_MAX), "--- XXXX-XX-XX XX:XX:XX UTC");
  EXPECT_EQ(text_of(CalendarStyle::kFullPrecise, 253'402'214'400'000'000),
            "--- XXXX-XX-XX XX:XX:XX.000000 UTC");
}

TEST(CalendarText, MovesOnWithTheTime) {
  CalendarText text(CalendarStyle::kShortPrecise, true);
  std::string out;

  for (const std::uint64_t usec : {kTime, kTime + 1, kTime + 1'000'000, kTime}) {
    text.append(usec, out);
    out += ' ';
  }

  EXPECT_EQ(out,
            "Nov 14 22:13:20.000123 Nov 14 22:13:20.000124 Nov 14 22:13:21.000123 "
            "Nov 14 22:13:20.000123 ");
}

}  // namespace
}  // namespace logq::query
