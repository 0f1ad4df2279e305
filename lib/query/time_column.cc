#include "query/time_column.h"

#include "base/quantity.h"
#include "query/shown_time.h"
#include "query/text_append.h"

namespace logq::query {
namespace {

constexpr std::size_t kSecondsWidth = 5;
constexpr std::size_t kEpochSecondsWidth = 10;
// " <    0.000000 >" of the first entry.
constexpr std::size_t kDeltaWidth = 16;

CalendarStyle calendar_style(OutputMode mode) {
  switch (mode) {
    case OutputMode::kShortFull:
    case OutputMode::kWithUnit:
      return CalendarStyle::kFull;
    case OutputMode::kShortIso:
      return CalendarStyle::kIso;
    case OutputMode::kShortIsoPrecise:
      return CalendarStyle::kIsoPrecise;
    case OutputMode::kShortPrecise:
      return CalendarStyle::kShortPrecise;
    default:
      return CalendarStyle::kShort;
  }
}

void append_seconds(std::uint64_t usec, std::size_t width, std::string& out) {
  append_padded(usec / base::kUsecPerSecond, width, ' ', out);
  out.push_back('.');
  append_padded(usec % base::kUsecPerSecond, 6, '0', out);
}

std::uint64_t difference(std::uint64_t later, std::uint64_t earlier) {
  return later > earlier ? later - earlier : 0;
}

}  // namespace

TimeColumn::TimeColumn(OutputMode mode, bool utc)
    : mode_(mode),
      calendar_(calendar_style(mode), utc) {}

void TimeColumn::set_entry(const EntryView& entry, const LineFields& fields) {
  if (!first_) before_ = entry_;
  first_ = false;
  const auto realtime = parse_source_realtime(fields[LineField::kSourceRealtime]);
  const auto monotonic = parse_source_monotonic(fields[LineField::kSourceMonotonic]);
  entry_.realtime_usec = realtime.value_or(entry.info.realtime_usec);
  entry_.monotonic_usec = monotonic.value_or(entry.info.monotonic_usec);
  entry_.boot_id = entry.info.boot_id;
}

void TimeColumn::append(std::string& out) {
  switch (mode_) {
    case OutputMode::kShortUnix:
      append_seconds(entry_.realtime_usec, kEpochSecondsWidth, out);
      return;
    case OutputMode::kShortMonotonic:
    case OutputMode::kShortDelta:
      out.push_back('[');
      append_seconds(entry_.monotonic_usec, kSecondsWidth, out);
      if (mode_ == OutputMode::kShortDelta) append_delta(out);
      out.push_back(']');
      return;
    default:
      calendar_.append(entry_.realtime_usec, out);
  }
}

// Of two boots only the wall clock can tell the distance, which the asterisk warns of.
void TimeColumn::append_delta(std::string& out) const {
  if (!before_) {
    out.append(kDeltaWidth, ' ');
    return;
  }
  const bool same_boot = before_->boot_id == entry_.boot_id;
  const std::uint64_t usec = same_boot ? difference(entry_.monotonic_usec, before_->monotonic_usec)
                                       : difference(entry_.realtime_usec, before_->realtime_usec);
  out += " <";
  append_seconds(usec, kSecondsWidth, out);
  out += same_boot ? " >" : "*>";
}

}  // namespace logq::query
