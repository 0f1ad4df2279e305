// What completion by a shell asks: how a match that is being typed can go on.
#pragma once

#include "common/exit_status.h"
#include "common/output_buffer.h"
#include "logq/options/options.h"
#include "logq/source/sources.h"

namespace logq::cli {

// Lists, one a line, the names of fields that begin as options.field does, or, when that is
// "FIELD=" with the beginning of a value, the values of the field that begin so. Only what can be
// typed and shown on any terminal: printable text of one line. At most -n of them (1000), and
// what is found within a second: somebody waits at the keyboard.
Outcome<ExitStatus> complete_match(const Options& options, Source& source, OutputBuffer& output);

}  // namespace logq::cli
