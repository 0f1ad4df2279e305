#include "logq/count/aggregate_tables.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "base/quantity.h"
#include "common/run.h"
#include "logq/count/histogram_bars.h"
#include "query/calendar_text.h"
#include "query/number_summary.h"

namespace logq::cli {
namespace {

using query::Group;
using query::NumberSummary;
using query::Quantity;

constexpr std::size_t kMaxBuckets = 100'000;

// So many of the first ones come to the front. Those that occur as often as each other stand in the
// order of their texts.
void sort_groups(std::vector<Group>& groups,
                 const query::DistinctValues& values,
                 const DisplayOptions& display) {
  const auto text = [&values](query::ValueId id) {
    return id == query::kNoValue ? std::string_view() : values.text(id);
  };
  const auto by_texts = [&text](const Group& a, const Group& b) {
    return std::lexicographical_compare(
        a.values.begin(), a.values.end(), b.values.begin(), b.values.end(),
        [&text](query::ValueId one, query::ValueId other) { return text(one) < text(other); });
  };
  const auto comes_first = [&](const Group& a, const Group& b) {
    if (a.count == b.count) return by_texts(a, b);
    return display.reverse ? a.count < b.count : a.count > b.count;
  };
  const std::uint64_t wanted = display.lines.value_or(groups.size());
  if (wanted >= groups.size()) return std::sort(groups.begin(), groups.end(), comes_first);
  const auto last_wanted = groups.begin() + static_cast<std::ptrdiff_t>(wanted);
  std::partial_sort(groups.begin(), last_wanted, groups.end(), comes_first);
}

void keep_first(std::vector<Group>& groups, const DisplayOptions& display) {
  const std::uint64_t wanted = display.lines.value_or(groups.size());
  if (groups.size() <= wanted) return;
  if (!display.quiet) {
    print_error_line(std::to_string(groups.size() - wanted) + " of " +
                     std::to_string(groups.size()) + " groups are not shown");
  }
  groups.resize(wanted);
}

// For programs: as local time with its offset, and as it is.
CountedTable table_of(const std::vector<query::TimeBucket>& buckets, bool utc) {
  constexpr std::uint64_t kSecond = 1'000'000;
  const bool precise = std::ranges::any_of(
      buckets, [](const query::TimeBucket& bucket) { return bucket.start_usec % kSecond != 0; });
  using query::CalendarStyle;
  query::CalendarText iso(precise ? CalendarStyle::kIsoPrecise : CalendarStyle::kIso, utc);
  CountedTable table{{"time", "realtime_usec", "count"}, {}};
  for (const query::TimeBucket& bucket : buckets) {
    std::string time;
    iso.append(bucket.start_usec, time);
    table.rows.push_back(
        {Cell::of(time), Cell::number(bucket.start_usec), Cell::number(bucket.count)});
  }
  return table;
}

struct FieldNumbers {
  std::array<query::NumberList, 3> kinds;  // by Quantity::Kind
  std::uint64_t n_others = 0;              // entries whose value is no quantity
};

FieldNumbers numbers_of(const query::GroupCounts& groups, const query::DistinctValues& values) {
  FieldNumbers numbers;
  for (const Group& group : groups.groups()) {
    if (group.values[0] == query::kNoValue) continue;
    const auto quantity = Quantity::read(values.text(group.values[0]));
    if (quantity) {
      numbers.kinds[static_cast<std::size_t>(quantity->kind)].add(quantity->amount, group.count);
    } else {
      numbers.n_others += group.count;
    }
  }
  return numbers;
}

std::vector<Cell> row_of(const std::string& field,
                         Quantity::Kind kind,
                         const NumberSummary& summary,
                         bool for_eyes) {
  constexpr std::array<std::string_view, 3> kUnits = {"", "usec", "bytes"};
  std::vector<Cell> row = {Cell::of(field)};
  if (!for_eyes) {
    const std::string_view unit = kUnits[static_cast<std::size_t>(kind)];
    row.push_back(unit.empty() ? Cell{} : Cell::of(unit));
  }
  row.push_back(Cell::number(summary.count));
  for (const long double amount :
       {summary.min, summary.p50, summary.p90, summary.p99, summary.max, summary.sum}) {
    const Quantity::Kind shown_as = for_eyes ? kind : Quantity::Kind::kNumber;
    row.push_back(Cell::number(query::to_text({shown_as, amount})));
  }
  return row;
}

}  // namespace

std::string count_text(std::uint64_t n_entries, TableFormat format) {
  return render({{"count"}, {{Cell::number(n_entries)}}}, format, false);
}

std::string group_text(const Options& options, EntryTally& tally, TableFormat format) {
  const query::GroupCounts& counts = tally.counts().groups.front();
  std::vector<Group> groups = counts.groups();
  sort_groups(groups, tally.values(), options.display);
  keep_first(groups, options.display);
  CountedTable table{{"count"}, {}};
  const std::vector<std::string>& fields = options.aggregate.fields;
  table.columns.insert(table.columns.end(), fields.begin(), fields.end());
  for (const Group& group : groups) {
    std::vector<Cell> row = {Cell::number(group.count)};
    for (const query::ValueId id : group.values)
      row.push_back(id == query::kNoValue ? Cell{} : Cell::of(tally.values().text(id)));
    table.rows.push_back(std::move(row));
  }
  if (counts.n_cut() > 0) {
    print_error_line(std::to_string(counts.n_cut()) + " entries have more than " +
                     std::to_string(query::GroupCounts::kMaxCombinations) +
                     " combinations of values: only so many of each were counted");
  }
  return render(table, format, !options.display.quiet);
}

Outcome<std::string> histogram_text(const Options& options,
                                    query::TimeHistogram& times,
                                    TableFormat format) {
  const RangeOptions& range = options.range;
  auto buckets = times.buckets(range.since_usec, range.until_usec, kMaxBuckets);
  if (!buckets) {
    return failure("--histogram=" + base::format_time_span(times.span_usec({}, {})) +
                   " would have more than " + std::to_string(kMaxBuckets) +
                   " rows: choose a longer span or a shorter time");
  }
  if (options.display.reverse) std::reverse(buckets->begin(), buckets->end());
  if (format == TableFormat::kText) {
    const std::uint64_t span = times.span_usec(range.since_usec, range.until_usec);
    return draw_histogram(*buckets, span, options.display);
  }
  return render(table_of(*buckets, options.display.format.utc), format, true);
}

std::string stats_text(const Options& options, EntryTally& tally, TableFormat format) {
  const bool for_eyes = format == TableFormat::kText;
  CountedTable table{{"field"}, {}};
  if (!for_eyes) table.columns.emplace_back("unit");
  for (const char* const name : {"count", "min", "p50", "p90", "p99", "max", "sum"})
    table.columns.emplace_back(name);
  for (std::size_t i = 0; i < options.aggregate.fields.size(); ++i) {
    const std::string& field = options.aggregate.fields[i];
    FieldNumbers numbers = numbers_of(tally.counts().groups[i], tally.values());
    for (std::size_t kind = 0; kind < numbers.kinds.size(); ++kind) {
      query::NumberList& list = numbers.kinds[kind];
      if (list.empty()) continue;
      table.rows.push_back(
          row_of(field, static_cast<Quantity::Kind>(kind), list.summary(), for_eyes));
    }
    if (numbers.n_others > 0) {
      print_error_line(std::to_string(numbers.n_others) + " values of " + field +
                       " are no numbers");
    }
  }
  return render(table, format, !options.display.quiet);
}

}  // namespace logq::cli
