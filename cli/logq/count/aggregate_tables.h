// What was counted, as tables.
#pragma once

#include <cstdint>
#include <string>

#include "common/exit_status.h"
#include "logq/count/counted_table.h"
#include "logq/count/entry_tally.h"
#include "logq/options/options.h"
#include "query/time_histogram.h"

namespace logq::cli {

// REQUIRES of all: tally.finish() was called.

[[nodiscard]] std::string count_text(std::uint64_t n_entries, TableFormat format);

// The groups of --count-by: the most frequent first, or with -r the rarest; so many as -n says.
[[nodiscard]] std::string group_text(const Options& options, EntryTally& tally, TableFormat format);

// The spans of time in order, with -r backward. Fails where there would be more spans of time than
// anybody reads.
[[nodiscard]] Outcome<std::string> histogram_text(const Options& options,
                                                  query::TimeHistogram& times,
                                                  TableFormat format);

// A row per field and kind of quantity. Values that are none are told on standard error.
[[nodiscard]] std::string stats_text(const Options& options, EntryTally& tally, TableFormat format);

}  // namespace logq::cli
