// What is counted instead of shown.
#include <algorithm>

#include "base/quantity.h"
#include "logq/options/option_table.h"
#include "logq/options/option_values.h"
#include "wire/field_name.h"

namespace logq::cli {
namespace {

using Kind = AggregateOptions::Kind;

void choose(Options& options, Kind kind) {
  AggregateOptions& aggregate = options.aggregate;
  const bool is_another = aggregate.kind != Kind::kNone && aggregate.kind != kind;
  aggregate.contradicts = aggregate.contradicts || is_another;
  aggregate.kind = kind;
}

Outcome<void> add_field(std::vector<std::string>& fields, std::string name) {
  constexpr std::size_t kMaxFields = 8;
  if (!wire::is_valid_field_name(name, wire::FieldOrigin::kCollector) || name.starts_with("__"))
    return failure("not the name of a field: '" + name + "'");
  const bool is_known = std::find(fields.begin(), fields.end(), name) != fields.end();
  if (is_known) return failure("the field " + name + " is asked for twice");
  if (fields.size() == kMaxFields) return failure("no more than 8 fields can be counted at a time");
  fields.push_back(std::move(name));
  return {};
}

template <Kind kKind>
Outcome<void> apply_fields(Options& options, Value value) {
  choose(options, kKind);
  std::vector<std::string> names = split_commas(*value);
  if (names.empty()) return failure("not the name of a field: '" + std::string(*value) + "'");
  for (std::string& name : names) {
    const auto added = add_field(options.aggregate.fields, std::move(name));
    if (!added) return added;
  }
  return {};
}

Outcome<void> apply_count(Options& options, Value /*value*/) {
  choose(options, Kind::kCount);
  return {};
}

Outcome<void> apply_histogram(Options& options, Value value) {
  choose(options, Kind::kHistogram);
  if (!value) return {};
  const auto span = base::parse_time_span(*value);
  const bool is_usable = span && *span > 0 && *span < base::kInfiniteUsec / 2;
  if (!is_usable) return failure("not a time span: --histogram=" + std::string(*value));
  options.aggregate.span_usec = *span;
  return {};
}

constexpr const char* kGroup = kAggregateGroup;

constexpr OptionRow kRows[] = {
    {{{0, "count", Argument::kNone, "", "Print how many entries there are", nullptr, kGroup},
      &apply_count},
     Parity::kOurs},
    {{{0, "count-by", Argument::kRequired, "FIELDS",
       "Count entries by values of fields; -n N: the top N", nullptr, kGroup, Mention::kDaily,
       Names::kFieldList},
      &apply_fields<Kind::kCountBy>},
     Parity::kOurs,
     0,
     "see [aggregation.md](aggregation.md)"},
    {{{0, "histogram", Argument::kOptional, "SPAN", "Draw how many entries there are over time",
       nullptr, kGroup, Mention::kDaily},
      &apply_histogram},
     Parity::kOurs},
    {{{0, "stats", Argument::kRequired, "FIELDS",
       "Smallest, largest, sum and percentiles of the numbers in a field", nullptr, kGroup,
       Mention::kInAll, Names::kFieldList},
      &apply_fields<Kind::kStats>},
     Parity::kOurs},
};

}  // namespace

std::span<const OptionRow> aggregate_option_rows() {
  return kRows;
}

}  // namespace logq::cli
