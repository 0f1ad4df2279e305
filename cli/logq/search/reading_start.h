// Where in a journal a query begins to read.
#pragma once

#include "common/exit_status.h"
#include "journal/journal.h"
#include "logq/options/options.h"

namespace logq::cli {

// Puts the journal, whose match is set, on the first entry to look at: by cursor, by time, so many
// entries before the end, or at an end. False when there is none; next() then finds what is wanted
// of later entries. With -n 0 it stands on the last entry.
//
// With -n the entries counted are those before any search in their text, as with journalctl.
Outcome<bool> go_to_start(const Options& options, journal::Journal& journal);

}  // namespace logq::cli
