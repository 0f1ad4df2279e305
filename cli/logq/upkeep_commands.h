// Commands about the journal files themselves: their headers, the room they take, whether they are
// sound, and the deletion of old ones. Results go to standard output, what journalctl says on
// standard error goes there too and in its words.
#pragma once

#include "common/exit_status.h"
#include "common/output_buffer.h"
#include "logq/options/options.h"
#include "logq/source/sources.h"

namespace logq::cli {

Outcome<ExitStatus> show_headers(const Options& options, OutputBuffer& output);
Outcome<ExitStatus> show_disk_usage(Source& source, OutputBuffer& output);
// "PASS: FILE" and "FAIL: FILE (...)" on standard error; a failure if one file is unsound.
Outcome<ExitStatus> verify_files(const Options& options);
// Archived files of all directories of the source. With --file there is no directory to clear.
Outcome<ExitStatus> vacuum(const Options& options);

}  // namespace logq::cli
