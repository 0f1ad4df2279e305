// Which entries are wanted.
#include "base/quantity.h"
#include "logq/option_table.h"
#include "logq/option_values.h"

namespace logq::cli {
namespace {

Outcome<void> apply_priority(Options& options, Value value) {
  const Result<query::PriorityRange> range = query::parse_priority_range(*value);
  if (!range) return failure(describe("-p " + std::string(*value), range.error()));
  options.filter.priorities = *range;
  return {};
}

using query::Filter;
constexpr const char* kGroup = kFilterGroup;

constexpr OptionRow kRows[] = {
    {{{'c', "cursor", Argument::kRequired, "CURSOR", "Begin at this cursor", nullptr, kGroup},
      &apply_text<&Options::range, &RangeOptions::cursor>}},
    {{{0, "after-cursor", Argument::kRequired, "CURSOR", "Begin behind this cursor", nullptr,
       kGroup},
      &apply_text<&Options::range, &RangeOptions::after_cursor>}},
    {{{0, "cursor-file", Argument::kRequired, "FILE",
       "Begin behind the cursor in FILE, and keep the last one there", nullptr, kGroup},
      &apply_text<&Options::range, &RangeOptions::cursor_file>},
     Parity::kThere,
     242},
    {{{'u', "unit", Argument::kRequired, "UNIT", "Entries of this unit; may be a glob", nullptr,
       kGroup},
      &append_text<&Options::filter, &Filter::units>}},
    {{{'t', "identifier", Argument::kRequired, "ID", "Entries with this syslog identifier", nullptr,
       kGroup},
      &append_text<&Options::filter, &Filter::identifiers>}},
    {{{'p', "priority", Argument::kRequired, "RANGE",
       "Entries of this level or more severe, or of LEVEL..LEVEL", nullptr, kGroup},
      &apply_priority}},
};

}  // namespace

std::span<const OptionRow> filter_option_rows() {
  return kRows;
}

}  // namespace logq::cli
