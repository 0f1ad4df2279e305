#include "query/time_histogram.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "base/quantity.h"
#include "base/time_zone.h"
#include "query/calendar_text.h"
#include "query/shown_time.h"

namespace logq::query {
namespace {

using base::ScopedTimeZone;

constexpr std::uint64_t kSecond = 1'000'000;
constexpr std::uint64_t kMinute = 60 * kSecond;
constexpr std::uint64_t kHour = 60 * kMinute;
constexpr std::uint64_t kDay = 24 * kHour;
constexpr std::size_t kMany = 100'000;

// Sunday 2024-03-31 01:00 UTC and 2024-10-27 01:00 UTC, when the clocks of Europe change.
constexpr std::uint64_t kToSummer = 1'711'846'800 * kSecond;
constexpr std::uint64_t kToWinter = 1'729'990'800 * kSecond;

std::string told(std::uint64_t realtime_usec, bool utc = false) {
  std::string text;
  CalendarText(CalendarStyle::kIso, utc).append(realtime_usec, text);
  return text;
}

std::vector<std::string> told_starts(const std::vector<TimeBucket>& buckets) {
  std::vector<std::string> texts;
  for (const TimeBucket& bucket : buckets)
    texts.push_back(told(bucket.start_usec));
  return texts;
}

std::uint64_t sum(const std::vector<TimeBucket>& buckets) {
  std::uint64_t sum = 0;
  for (const TimeBucket& bucket : buckets)
    sum += bucket.count;
  return sum;
}

std::map<std::uint64_t, std::uint64_t> filled(const std::vector<TimeBucket>& buckets) {
  std::map<std::uint64_t, std::uint64_t> counts;
  for (const TimeBucket& bucket : buckets) {
    if (bucket.count > 0) counts[bucket.start_usec] = bucket.count;
  }
  return counts;
}

TEST(TimeHistogram, CountsBySpansFromTheFirstToTheLastWithoutAGap) {
  TimeHistogram times(kMinute, true);
  const std::uint64_t start = 1'700'000'040 * kSecond;
  for (const std::uint64_t after : {std::uint64_t{0}, kMinute - 1, 3 * kMinute})
    times.add(start + after);

  const auto buckets = times.buckets({}, {}, kMany);

  ASSERT_TRUE(buckets);
  ASSERT_EQ(buckets->size(), 4U);
  EXPECT_EQ((*buckets)[0].start_usec, start);
  EXPECT_EQ((*buckets)[0].count, 2U);
  EXPECT_EQ((*buckets)[1].count, 0U);
  EXPECT_EQ((*buckets)[3].start_usec, start + 3 * kMinute);
  EXPECT_EQ((*buckets)[3].count, 1U);
}

TEST(TimeHistogram, GoesOnToTheTimesThatWereAskedFor) {
  TimeHistogram times(kHour, true);
  times.add(10 * kHour);

  const auto buckets = times.buckets(8 * kHour + 1, 12 * kHour, kMany);

  ASSERT_TRUE(buckets);
  ASSERT_EQ(buckets->size(), 5U);
  EXPECT_EQ(buckets->front().start_usec, 8 * kHour);
  EXPECT_EQ(buckets->back().start_usec, 12 * kHour);
  EXPECT_EQ((*buckets)[2].count, 1U);
}

TEST(TimeHistogram, OfNoTimesIsEmptyButForATimeThatWasAskedFor) {
  TimeHistogram times(kHour, true);

  EXPECT_TRUE(times.empty());
  EXPECT_TRUE(times.buckets({}, {}, kMany)->empty());
  EXPECT_TRUE(times.buckets({}, kHour, kMany)->empty());
  EXPECT_EQ(times.buckets(kHour, 3 * kHour, kMany)->size(), 3U);
}

TEST(TimeHistogram, ChoosesASpanThatAPersonReadsEasily) {
  const auto chosen = [](std::uint64_t length) {
    TimeHistogram times({}, true);
    times.add(1'700'000'000 * kSecond);
    times.add(1'700'000'000 * kSecond + length);
    return times.span_usec({}, {});
  };
  EXPECT_EQ(chosen(0), kSecond);
  EXPECT_EQ(chosen(49 * kSecond), kSecond);
  EXPECT_EQ(chosen(50 * kSecond), 2 * kSecond);
  EXPECT_EQ(chosen(kHour), 2 * kMinute);
  EXPECT_EQ(chosen(kDay), 30 * kMinute);
  EXPECT_EQ(chosen(30 * kDay), kDay);
  EXPECT_EQ(chosen(365 * kDay), 4 * 7 * kDay);
}

TEST(TimeHistogram, ChoosesASpanForTheTimesThatWereAskedFor) {
  TimeHistogram times({}, true);
  times.add(1'700'000'000 * kSecond);

  EXPECT_EQ(times.span_usec(1'700'000'000 * kSecond, 1'700'003'600 * kSecond), 2 * kMinute);
}

TEST(TimeHistogram, HasADayOf23AndOneOf25HoursAYear) {
  const ScopedTimeZone zone("Europe/Berlin");
  for (const auto& [change, hours] :
       {std::pair{kToSummer, std::uint64_t{23}}, std::pair{kToWinter, std::uint64_t{25}}}) {
    TimeHistogram days(kDay, false);
    TimeHistogram hourly(kHour, false);
    for (std::uint64_t t = change - 30 * kHour; t < change + 48 * kHour; t += kHour) {
      days.add(t);
      hourly.add(t);
    }
    const auto buckets = days.buckets({}, {}, kMany);
    EXPECT_EQ((*buckets)[2].count, hours);
    EXPECT_EQ((*buckets)[2].start_usec + hours * kHour, (*buckets)[3].start_usec);
    const auto hours_told = hourly.buckets({}, {}, kMany);
    for (const TimeBucket& bucket : *hours_told)
      EXPECT_EQ(bucket.count, 1U) << told(bucket.start_usec);
  }
}

TEST(TimeHistogram, SpansOfHoursBeginByTheClockAlsoWhereItChanges) {
  const ScopedTimeZone zone("Europe/Berlin");
  TimeHistogram spring(6 * kHour, false);
  TimeHistogram autumn(6 * kHour, false);
  for (int quarter = -4 * 4; quarter < 8 * 4; ++quarter) {
    const std::int64_t distance = quarter * static_cast<std::int64_t>(kHour / 4);
    spring.add(kToSummer + static_cast<std::uint64_t>(distance));
    autumn.add(kToWinter + static_cast<std::uint64_t>(distance));
  }

  const auto in_spring = spring.buckets({}, {}, kMany);
  const auto in_autumn = autumn.buckets({}, {}, kMany);

  EXPECT_EQ(told_starts(*in_spring),
            (std::vector<std::string>{"2024-03-30T18:00:00+01:00", "2024-03-31T00:00:00+01:00",
                                      "2024-03-31T06:00:00+02:00"}));
  EXPECT_EQ((*in_spring)[1].count, 5U * 4);
  EXPECT_EQ(told_starts(*in_autumn),
            (std::vector<std::string>{"2024-10-26T18:00:00+02:00", "2024-10-27T00:00:00+02:00",
                                      "2024-10-27T06:00:00+01:00"}));
  EXPECT_EQ((*in_autumn)[1].count, 7U * 4);
}

// Samoa went over the date line: there was no 30th.
TEST(TimeHistogram, ADayThatWasLeftOutHasNoRow) {
  const ScopedTimeZone zone("Pacific/Apia");
  TimeHistogram times(kDay, false);
  constexpr std::uint64_t kChange = 1'325'239'200 * kSecond;
  times.add(kChange - 30 * kHour);
  times.add(kChange + 30 * kHour);

  EXPECT_EQ(told_starts(*times.buckets({}, {}, kMany)),
            (std::vector<std::string>{"2011-12-28T00:00:00-10:00", "2011-12-29T00:00:00-10:00",
                                      "2011-12-31T00:00:00+14:00", "2012-01-01T00:00:00+14:00"}));
}

// Clocks of Brazil went from midnight to one o'clock.
TEST(TimeHistogram, ADayWithoutMidnightBeginsWithTheChange) {
  const ScopedTimeZone zone("America/Sao_Paulo");
  TimeHistogram times(kDay, false);
  constexpr std::uint64_t kChange = 1'541'300'400 * kSecond;
  times.add(kChange - 1);
  times.add(kChange);

  EXPECT_EQ(told_starts(*times.buckets({}, {}, kMany)),
            (std::vector<std::string>{"2018-11-03T00:00:00-03:00", "2018-11-04T01:00:00-02:00"}));
}

// Those of Nepal went a quarter of an hour ahead for good, so neither reading is summer time.
TEST(TimeHistogram, ADayWithoutMidnightIsOneRow) {
  const ScopedTimeZone zone("Asia/Kathmandu");
  TimeHistogram times(kDay, false);
  constexpr std::uint64_t kChange = 504'901'800 * kSecond;
  times.add(kChange - 1);
  times.add(kChange);

  EXPECT_EQ(told_starts(*times.buckets({}, {}, 10)),
            (std::vector<std::string>{"1985-12-31T00:00:00+05:30", "1986-01-01T00:15:00+05:45"}));
}

TEST(TimeHistogram, AnHourThatOccursTwiceIsTwoSpans) {
  const ScopedTimeZone zone("Europe/Berlin");
  TimeHistogram times(kHour, false);
  for (std::uint64_t t = kToWinter - kHour; t < kToWinter + kHour; t += kMinute)
    times.add(t);

  EXPECT_EQ(told_starts(*times.buckets({}, {}, kMany)),
            (std::vector<std::string>{"2024-10-27T02:00:00+02:00", "2024-10-27T02:00:00+01:00"}));
}

TEST(TimeHistogram, HoursBeginByTheClockOfTheZone) {
  const ScopedTimeZone zone("Asia/Kolkata");
  TimeHistogram local(kHour, false);
  TimeHistogram utc(kHour, true);
  local.add(1'700'000'000 * kSecond);
  utc.add(1'700'000'000 * kSecond);

  EXPECT_EQ(told_starts(*local.buckets({}, {}, kMany)),
            std::vector<std::string>{"2023-11-15T03:00:00+05:30"});
  EXPECT_EQ(told(utc.buckets({}, {}, kMany)->front().start_usec, true),
            "2023-11-14T22:00:00+00:00");
}

TEST(TimeHistogram, WeeksBeginOnMondays) {
  const ScopedTimeZone zone("Europe/Berlin");
  for (const std::uint64_t weeks : {1U, 4U, 13U, 52U}) {
    SpanGrid grid(weeks * 7 * kDay, false);
    std::uint64_t start = grid.start_of(kToSummer);
    for (int i = 0; i < 20; ++i) {
      std::string text;
      CalendarText(CalendarStyle::kFull, false).append(start, text);
      EXPECT_EQ(text.substr(0, 4) + text.substr(15, 8), "Mon 00:00:00") << text;
      start = grid.next_of(start);
    }
  }
}

// Where clocks change at midnight, by half an hour, or by a whole day.
struct Change {
  const char* zone;
  std::uint64_t second;
};
constexpr Change kChanges[] = {
    {"Europe/Berlin", 1'711'846'800},       {"Europe/Berlin", 1'729'990'800},
    {"Australia/Lord_Howe", 1'712'415'600}, {"Australia/Lord_Howe", 1'728'142'200},
    {"America/Sao_Paulo", 1'541'300'400},   {"America/Sao_Paulo", 1'550'368'800},
    {"Asia/Amman", 1'635'454'800},          {"Pacific/Apia", 1'325'239'200},
    {"America/Havana", 1'730'610'000},      {"Asia/Kathmandu", 504'901'800},
    {"America/New_York", 1'730'613'600},    {"America/New_York", 3600}};

TEST(SpanGrid, GivesEveryTimeASpanThatLiesAroundIt) {
  for (const Change& change : kChanges) {
    const ScopedTimeZone zone(change.zone);
    for (const std::uint64_t span : {7 * kSecond, 30 * kSecond, kMinute, 7 * kMinute, 15 * kMinute,
                                     40 * kMinute, kHour, 90 * kMinute, 2 * kHour, 5 * kHour,
                                     6 * kHour, 12 * kHour, 36 * kHour, kDay, 2 * kDay, 7 * kDay}) {
      SpanGrid grid(span, false);
      std::uint64_t before = 0;
      const std::uint64_t middle = change.second * kSecond;
      const std::uint64_t begin = middle - std::min(middle, 30 * kHour);
      for (std::uint64_t t = begin; t < middle + 30 * kHour; t += 5 * kMinute) {
        const std::uint64_t start = grid.start_of(t);
        ASSERT_LE(start, t) << change.zone << " " << span << " " << told(t);
        ASSERT_LE(before, start) << change.zone << " " << span << " " << told(t);
        ASSERT_EQ(grid.start_of(start), start) << change.zone << " " << span << " " << told(t);
        ASSERT_GT(grid.next_of(start), t) << change.zone << " " << span << " " << told(t);
        before = start;
      }
    }
  }
}

TEST(TimeHistogram, MoreSpansThanAreKeptAreCountedInLongerOnes) {
  for (const std::uint64_t step : {kSecond, 31 * kSecond, 16 * kMinute}) {
    TimeHistogram times({}, true);
    TimeHistogram exact(kDay, true);
    constexpr std::uint64_t kTimes = 45'000;
    for (std::uint64_t i = 0; i < kTimes; ++i) {
      times.add(1'600'000'000 * kSecond + i * step);
      exact.add(1'600'000'000 * kSecond + i * step);
    }
    const auto buckets = times.buckets({}, {}, kMany);
    ASSERT_TRUE(buckets);
    EXPECT_LE(buckets->size(), TimeHistogram::kBucketsWanted + 1);
    EXPECT_EQ(sum(*buckets), kTimes);
    EXPECT_EQ(sum(*exact.buckets({}, {}, kMany)), kTimes);
    // Each but the first and last has as many as fit into it.
    const std::uint64_t span = times.span_usec({}, {});
    for (std::size_t i = 1; i + 1 < buckets->size(); ++i)
      EXPECT_NEAR(static_cast<double>((*buckets)[i].count), static_cast<double>(span / step), 1);
  }
}

TEST(TimeHistogram, DoesNotMindTheOrderOfTimes) {
  std::mt19937_64 random(4);
  std::vector<std::uint64_t> all;
  for (int i = 0; i < 5000; ++i)
    all.push_back(1'700'000'000 * kSecond + random() % kDay);
  TimeHistogram mixed({}, true);
  TimeHistogram in_order({}, true);
  for (const std::uint64_t t : all)
    mixed.add(t);
  std::sort(all.begin(), all.end());
  for (const std::uint64_t t : all)
    in_order.add(t);

  EXPECT_EQ(mixed.span_usec({}, {}), in_order.span_usec({}, {}));
  EXPECT_EQ(filled(*mixed.buckets({}, {}, kMany)), filled(*in_order.buckets({}, {}, kMany)));
}

TEST(TimeHistogram, MergedIsThatOfOneCount) {
  const ScopedTimeZone zone("Europe/Berlin");
  std::mt19937_64 random(5);
  for (const std::optional<std::uint64_t> span :
       {std::optional<std::uint64_t>{}, std::optional<std::uint64_t>{6 * kHour}}) {
    TimeHistogram all(span, false);
    std::vector<TimeHistogram> parts(3, TimeHistogram(span, false));
    for (int i = 0; i < 60'000; ++i) {
      const std::uint64_t t = kToWinter - 3 * kDay + random() % (6 * kDay);
      all.add(t);
      parts[i % 7 == 0 ? 0 : i % 100 == 1 ? 1 : 2].add(t);  // only one has many
    }
    TimeHistogram merged(span, false);
    for (const TimeHistogram& part : parts)
      merged.merge(part);

    EXPECT_EQ(merged.span_usec({}, {}), all.span_usec({}, {}));
    EXPECT_EQ(filled(*merged.buckets({}, {}, kMany)), filled(*all.buckets({}, {}, kMany)));
  }
}

TEST(TimeHistogram, TakesTimesAThousandYearsApart) {
  TimeHistogram times({}, true);
  const std::uint64_t year_3000 = 32'503'680'000 * kSecond;
  times.add(0);
  times.add(year_3000);
  times.add(UINT64_MAX);  // as late as a time can be

  const auto buckets = times.buckets({}, {}, kMany);

  ASSERT_TRUE(buckets);
  EXPECT_EQ(sum(*buckets), 3U);
  EXPECT_LT(buckets->size(), 1200U);
  EXPECT_EQ(buckets->front().count, 1U);
  EXPECT_EQ(buckets->back().count, 1U);
}

TEST(TimeHistogram, HasNoMoreRowsThanIsSaid) {
  TimeHistogram times(kSecond, true);
  times.add(0);
  times.add(32'503'680'000 * kSecond);

  EXPECT_FALSE(times.buckets({}, {}, kMany));
  EXPECT_FALSE(times.buckets({}, UINT64_MAX, kMany));

  TimeHistogram few(kSecond, true);
  few.add(0);
  few.add(9 * kSecond);
  EXPECT_TRUE(few.buckets({}, {}, 10));
  EXPECT_FALSE(few.buckets({}, {}, 9));
}

TEST(TimeHistogram, TakesTheLongestSpanThatCanBeAskedFor) {
  for (const std::uint64_t span :
       {base::kInfiniteUsec / 2 - 1, base::kInfiniteUsec / 2 / kDay * kDay}) {
    TimeHistogram times(span, false);
    times.add(1'700'000'000 * kSecond);
    times.add(kTimeUsecMax);

    const auto buckets = times.buckets({}, {}, kMany);
    ASSERT_EQ(buckets->size(), 1U);
    EXPECT_EQ(sum(*buckets), 2U);
  }
}

}  // namespace
}  // namespace logq::query
