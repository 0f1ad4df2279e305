// Commands that list what the journal knows of: boots, invocations, fields and their values,
// namespaces. They print to standard output.
#pragma once

#include <string>

#include "common/exit_status.h"
#include "common/output_buffer.h"
#include "logq/options/options.h"
#include "logq/source/sources.h"

namespace logq::cli {

Outcome<ExitStatus> list_boots(const Options& options, Source& source, OutputBuffer& output);
Outcome<ExitStatus> list_invocations(const Options& options, Source& source, OutputBuffer& output);
Outcome<ExitStatus> list_field_names(const Options& options, Source& source, OutputBuffer& output);
// Values as they are stored, up to a NUL as journalctl prints them, each with a newline; with -n N
// any N of them.
Outcome<ExitStatus> list_field_values(const Options& options, Source& source, OutputBuffer& output);
Outcome<ExitStatus> list_namespaces(const Options& options, OutputBuffer& output);

}  // namespace logq::cli
