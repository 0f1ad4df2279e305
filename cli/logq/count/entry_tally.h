// EntryTally: counts entries, in batches, on further threads once there are many of them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "base/ordered_work.h"
#include "journal/journal.h"
#include "logq/count/batch_counter.h"
#include "logq/count/counted_fields.h"
#include "logq/options/options.h"
#include "logq/search/entry_batch.h"
#include "logq/search/entry_search.h"
#include "query/distinct_values.h"

namespace logq::cli {

// Borrows the options. Not thread-safe.
class EntryTally {
 public:
  // `search` has been made of the same options.
  EntryTally(const Options& options, EntrySearch search);

  // Takes the current entry of a journal, whose files must stay as they are until finish().
  void add(const journal::Journal& journal);
  // Counts all that was added.
  void finish();

  // All of it once finish() was called; before, what others have added to it.
  [[nodiscard]] EntryCounts& counts() { return counts_; }
  [[nodiscard]] query::DistinctValues& values() { return values_; }
  // Texts that could not be searched.
  [[nodiscard]] query::Grep::Failures search_failures() const;

 private:
  base::OrderedWork<EntryBatch>::Worker make_worker();
  const FileValues* values_of(journal::FileReader& file);
  void put_batch();
  void take_back(std::unique_ptr<EntryBatch> batch);

  const Options& options_;
  EntrySearch search_;  // which that of each thread is a clone of
  query::DistinctValues values_;
  CountedFields fields_;
  std::map<std::uint64_t, std::unique_ptr<const FileValues>> file_values_;  // by serial
  std::uint64_t last_file_ = 0;  // the serial of the file of the last entry, and its values
  const FileValues* last_values_ = nullptr;
  EntryCounts counts_;
  std::vector<std::shared_ptr<BatchCounter>> counters_;  // one for each thread, ours first
  base::OrderedWork<EntryBatch> work_;
  std::vector<std::unique_ptr<EntryBatch>> emptied_;  // to be used again
  std::unique_ptr<EntryBatch> batch_;                 // that is being filled
  std::uint64_t added_ = 0;
};

}  // namespace logq::cli
