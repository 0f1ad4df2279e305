// The message catalog on the command line: what explains the entries that are shown, and the
// commands --list-catalog, --dump-catalog and --update-catalog.
#pragma once

#include "common/exit_status.h"
#include "common/output_buffer.h"
#include "logq/options/options.h"

namespace logq::cli {

// Gives the output format the machine's catalog where it may need one. A catalog that cannot be
// read is told of on standard error where explanations were asked for; entries are shown all the
// same.
void open_catalog(Options& options);

// Of all messages, or of those whose ids are the positional arguments.
Outcome<ExitStatus> list_catalog(const Options& options, OutputBuffer& output);
// Compiles the source files into the database.
Outcome<ExitStatus> update_catalog(const Options& options);

}  // namespace logq::cli
