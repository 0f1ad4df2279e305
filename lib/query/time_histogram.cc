#include "query/time_histogram.h"

#include <algorithm>
#include <array>

#include "base/time_zone.h"
#include "query/shown_time.h"

namespace logq::query {
namespace {

constexpr std::uint64_t kSecond = 1'000'000;
constexpr std::uint64_t kMinute = 60 * kSecond;
constexpr std::uint64_t kHour = 60 * kMinute;
constexpr std::uint64_t kDay = 24 * kHour;
constexpr std::uint64_t kWeek = 7 * kDay;
constexpr std::uint64_t kQuarter = 15 * kMinute;

// What a person reads easily.
constexpr std::array kUsualSpans = {
    kSecond,  2 * kSecond, 5 * kSecond, 10 * kSecond, 15 * kSecond, 30 * kSecond,
    kMinute,  2 * kMinute, 5 * kMinute, 10 * kMinute, kQuarter,     30 * kMinute,
    kHour,    2 * kHour,   3 * kHour,   6 * kHour,    12 * kHour,   kDay,
    2 * kDay, kWeek,       4 * kWeek,   13 * kWeek,   52 * kWeek};

// Spans that times are kept by until one is chosen: each is so many of the one before.
constexpr std::array kKeptSpans = {kSecond, 30 * kSecond, kQuarter, kDay};
constexpr std::size_t kKeptBuckets = 20'000;

base::Zone zone_of(bool utc) {
  return utc ? base::Zone::utc() : base::Zone::local();
}

tm civil_time(std::uint64_t realtime_usec, bool utc) {
  return base::civil_time(static_cast<std::int64_t>(realtime_usec / kSecond), zone_of(utc));
}

// The largest multiple that is no larger.
std::int64_t floor_to(std::int64_t number, std::int64_t multiple) {
  const std::int64_t rest = number % multiple;
  return number - (rest < 0 ? rest + multiple : rest);
}

// Days from 1970-01-01 to a date of the calendar.
std::int64_t day_number(tm date) {
  date.tm_hour = date.tm_min = date.tm_sec = 0;
  const auto seconds = base::seconds_of(date, base::Zone::utc());
  return seconds.value_or(0) / static_cast<std::int64_t>(kDay / kSecond);
}

// When a day begins: at midnight, at the first of two where clocks are set back to it, and with
// their change where they are put forward over it.
std::uint64_t start_of_day(std::int64_t day, bool utc) {
  constexpr auto kSecondsPerDay = static_cast<std::int64_t>(kDay / kSecond);
  constexpr auto kSecondsPerQuarter = static_cast<std::int64_t>(kQuarter / kSecond);
  constexpr auto kSetBack = static_cast<std::int64_t>(kHour / kSecond);
  const auto day_at = [utc](std::int64_t second) {
    return day_number(base::civil_time(second, zone_of(utc)));
  };
  tm date = base::civil_time(day * kSecondsPerDay, base::Zone::utc());
  date.tm_isdst = -1;
  std::int64_t second = base::seconds_of(date, zone_of(utc)).value_or(day * kSecondsPerDay);
  if (!utc && day_at(second - kSetBack) == day) second -= kSetBack;
  while (!utc && day_at(second) < day)
    second += kSecondsPerQuarter;
  return second < 0 ? 0 : static_cast<std::uint64_t>(second) * kSecond;
}

}  // namespace

SpanGrid::SpanGrid(std::uint64_t span_usec, bool utc)
    : span_usec_(span_usec),
      utc_(utc),
      n_days_(span_usec % kDay == 0 ? span_usec / kDay : 0) {}

std::int64_t SpanGrid::offset_at(std::uint64_t realtime_usec) {
  if (utc_) return 0;
  const std::uint64_t quarter = realtime_usec / kQuarter;
  if (quarter_ != quarter) {
    quarter_ = quarter;
    offset_usec_ = civil_time(realtime_usec, false).tm_gmtoff * static_cast<std::int64_t>(kSecond);
  }
  return offset_usec_;
}

std::uint64_t SpanGrid::start_of_days(std::uint64_t realtime_usec) {
  constexpr std::int64_t kFirstMonday = 4;  // 1970-01-05
  const auto n_days = static_cast<std::int64_t>(n_days_);
  const std::int64_t first = n_days % 7 == 0 ? kFirstMonday - 7 : 0;
  const std::int64_t day = day_number(civil_time(realtime_usec, utc_));
  return start_of_day(first + floor_to(day - first, n_days), utc_);
}

// A change of clocks is at a full quarter of an hour.
std::uint64_t SpanGrid::last_change(std::uint64_t realtime_usec) {
  const std::int64_t offset = offset_at(realtime_usec);
  std::uint64_t change = realtime_usec - realtime_usec % kQuarter;
  while (change >= kQuarter && offset_at(change - kQuarter) == offset)
    change -= kQuarter;
  return change;
}

std::uint64_t SpanGrid::start_of(std::uint64_t realtime_usec) {
  if (n_days_ > 0) return start_of_days(realtime_usec);
  const auto span = static_cast<std::int64_t>(span_usec_);
  const std::int64_t offset = offset_at(realtime_usec);
  const std::int64_t by_clock = floor_to(static_cast<std::int64_t>(realtime_usec) + offset, span);
  if (by_clock <= offset) return 0;  // before 1970
  const auto start = static_cast<std::uint64_t>(by_clock - offset);
  if (offset_at(start) == offset) return start;
  // The span that a change of clocks finds goes on where the clock still tells the same one;
  // otherwise another begins with the change.
  const std::uint64_t change = last_change(realtime_usec);
  if (change == 0) return 0;
  const std::int64_t clock_before = static_cast<std::int64_t>(change - 1) + offset_at(change - 1);
  return floor_to(clock_before, span) == by_clock ? start_of(change - 1) : change;
}

std::uint64_t SpanGrid::next_of(std::uint64_t start) {
  std::uint64_t next = start;
  if (n_days_ > 0) {
    std::int64_t day = day_number(civil_time(start, utc_));
    while (next <= start)  // a calendar may skip a day
      next = start_of_day(day += static_cast<std::int64_t>(n_days_), utc_);
    return next;
  }
  // Clocks that are set back make a span longer.
  for (std::uint64_t then = start + span_usec_; next <= start; then += kQuarter)
    next = then > kTimeUsecMax ? then : start_of(then);
  return next;
}

TimeHistogram::TimeHistogram(std::optional<std::uint64_t> span_usec, bool utc)
    : asked_usec_(span_usec),
      utc_(utc),
      grid_(span_usec.value_or(kKeptSpans.front()), utc) {}

void TimeHistogram::add(std::uint64_t realtime_usec, std::uint64_t count) {
  realtime_usec = std::min(realtime_usec, kTimeUsecMax);
  if (last_ && realtime_usec >= last_->start && realtime_usec < last_->end) {
    last_->count += count;
    return;
  }
  settle();
  const std::uint64_t start = grid_.start_of(realtime_usec);
  last_ = Current{start, std::max(grid_.next_of(start), realtime_usec + 1), count};
}

void TimeHistogram::settle() {
  if (!last_) return;
  counts_[last_->start] += last_->count;
  last_.reset();
  if (!asked_usec_ && counts_.size() > kKeptBuckets) coarsen();
}

void TimeHistogram::coarsen() {
  const auto* const longer =
      std::upper_bound(kKeptSpans.begin(), kKeptSpans.end(), grid_.span_usec());
  if (longer == kKeptSpans.end()) return;
  grid_ = SpanGrid(*longer, utc_);
  std::map<std::uint64_t, std::uint64_t> counts;
  for (const auto& [start, count] : counts_)
    counts[grid_.start_of(start)] += count;
  counts_ = std::move(counts);
}

void TimeHistogram::merge(const TimeHistogram& other) {
  for (const auto& [start, count] : other.counts_)
    add(start, count);
  if (other.last_) add(other.last_->start, other.last_->count);
}

TimeHistogram::Range TimeHistogram::range(std::optional<std::uint64_t> from,
                                          std::optional<std::uint64_t> to) {
  settle();
  if (from) from = std::min(*from, kTimeUsecMax);
  if (to) to = std::min(*to, kTimeUsecMax);
  const bool none = counts_.empty();
  const std::uint64_t first = none ? from.value_or(to.value_or(0)) : counts_.begin()->first;
  const std::uint64_t last = none ? first : counts_.rbegin()->first;
  return {std::min(first, from.value_or(first)), std::max(last, to.value_or(last))};
}

std::uint64_t TimeHistogram::span_usec(std::optional<std::uint64_t> from,
                                       std::optional<std::uint64_t> to) {
  if (asked_usec_) return *asked_usec_;
  const Range times = range(from, to);
  for (const std::uint64_t span : kUsualSpans) {
    const bool fits_kept = span % grid_.span_usec() == 0;
    if (fits_kept && (times.last - times.first) / span < kBucketsWanted) return span;
  }
  return kUsualSpans.back();
}

std::optional<std::vector<TimeBucket>> TimeHistogram::buckets(std::optional<std::uint64_t> from,
                                                              std::optional<std::uint64_t> to,
                                                              std::size_t max) {
  const Range times = range(from, to);
  std::vector<TimeBucket> buckets;
  if (empty() && !from) return buckets;
  SpanGrid grid(span_usec(from, to), utc_);
  if ((times.last - times.first) / grid.span_usec() >= max) return std::nullopt;
  auto counted = counts_.begin();
  std::uint64_t start = grid.start_of(times.first);
  while (start <= times.last) {
    const std::uint64_t next = grid.next_of(start);
    TimeBucket bucket{start, 0};
    for (; counted != counts_.end() && counted->first < next; ++counted)
      bucket.count += counted->second;
    buckets.push_back(bucket);
    start = next;
  }
  return buckets;
}

}  // namespace logq::query
