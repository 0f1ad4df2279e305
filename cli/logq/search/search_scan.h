// What spares a search a look at each entry: files are gone through object by object, and only
// entries that carry a message which matches are looked at.
#pragma once

#include "journal/journal.h"
#include "journal/narrowing.h"
#include "logq/options/options.h"
#include "logq/reading_progress.h"

namespace logq::cli {

// Empty where nothing is sought, where reading goes on while files change, where the last entry
// that was looked at is told, and where the boots that are told cannot be known without a look at
// each. Borrows the options, whose patterns have been compiled without an error before, and the
// progress. Of the entries it names those are sought that EntrySearch says.
[[nodiscard]] journal::Narrowing search_narrowing(const Options& options,
                                                  journal::Journal& journal,
                                                  ReadingProgress& progress);

}  // namespace logq::cli
