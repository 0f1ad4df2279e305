// Printing the wanted entries of a journal, and following it.
#pragma once

#include "common/exit_status.h"
#include "common/output_buffer.h"
#include "logq/options/options.h"
#include "logq/progress_line.h"
#include "logq/source/sources.h"

namespace logq::cli {

// The last part may be left in the buffer. With --follow it returns on SIGINT, SIGTERM, or when
// standard output is closed at its other end, with kOk.
Outcome<ExitStatus> show(const Options& options,
                         Source& source,
                         OutputBuffer& output,
                         ProgressLine& progress);

}  // namespace logq::cli
