// IndexCounter: counts the entries of a file by its index, so that only the last one is looked at.
#pragma once

#include <string>
#include <vector>

#include "journal/journal.h"
#include "logq/count/batch_counter.h"
#include "logq/options/options.h"
#include "query/distinct_values.h"

namespace logq::cli {

// Borrows everything. Not thread-safe.
class IndexCounter {
 public:
  IndexCounter(const Options& options,
               journal::Journal& journal,
               query::DistinctValues& values,
               EntryCounts& counts);

  // Whether what is counted can be had of an index, if all entries of a file are asked for.
  [[nodiscard]] static bool can_count(const Options& options);

  // Adds what `file` has to the counts, but for its last entry, which a Journal looks at even if
  // none is left to look at (journal/value_counts.h). False, and nothing is added, where its
  // entries have to be looked at: other files may hold the same ones, or its index does not tell
  // for certain.
  bool count(journal::FileReader& file);

 private:
  [[nodiscard]] bool is_alone(const journal::FileReader& file) const;

  const Options& options_;
  const std::vector<journal::FileReader*> files_;  // all that are read
  query::DistinctValues& values_;
  EntryCounts& counts_;
};

}  // namespace logq::cli
