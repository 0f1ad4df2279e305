// What is made of the entries that are asked for: --count, --count-by, --histogram, --stats
// (docs/aggregation.md).
#pragma once

#include "common/exit_status.h"
#include "common/output_buffer.h"
#include "logq/options/options.h"
#include "logq/progress_line.h"
#include "logq/source/sources.h"

namespace logq::cli {

// Counts all entries that show() would show. A signal that asks for the end ends the counting: what
// there is by then is printed.
Outcome<ExitStatus> aggregate(const Options& options,
                              Source& source,
                              OutputBuffer& output,
                              ProgressLine& progress);

}  // namespace logq::cli
