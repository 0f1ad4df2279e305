// A histogram drawn for a terminal: a line per span of time, with its count and a bar.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "logq/options/options.h"
#include "query/time_histogram.h"

namespace logq::cli {

// `span_usec` says how exactly the times need to be told. The longest bar ends where the line does:
// at the columns of the terminal. Bars are drawn in eighths of a character where the locale has
// such characters, else in "#".
[[nodiscard]] std::string draw_histogram(const std::vector<query::TimeBucket>& buckets,
                                         std::uint64_t span_usec,
                                         const DisplayOptions& display);

}  // namespace logq::cli
