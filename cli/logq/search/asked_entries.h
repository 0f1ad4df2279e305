// Which entries a query is about: what the index answers is set as the match of the journal, the
// rest is for a search of each entry.
#pragma once

#include <optional>

#include "common/exit_status.h"
#include "journal/journal.h"
#include "logq/options/options.h"
#include "logq/reading_progress.h"
#include "logq/search/entry_search.h"
#include "query/where_plan.h"

namespace logq::cli {

struct AskedEntries {
  EntrySearch search;
  std::optional<query::WherePlan> plan;  // of --where
  bool is_all = false;                   // of the files: nothing is asked of the entries
};

// Restricts the journal, whose position is lost. Borrows the options and the progress.
// `progress` is told of files that are gone through as a whole.
Outcome<AskedEntries> ask_for_entries(const Options& options,
                                      journal::Journal& journal,
                                      ReadingProgress& progress);

}  // namespace logq::cli
