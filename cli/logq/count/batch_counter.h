// BatchCounter: searches and counts batches of entries, on one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/payload_reader.h"
#include "logq/count/counted_fields.h"
#include "logq/options/options.h"
#include "logq/search/entry_batch.h"
#include "logq/search/entry_search.h"
#include "logq/search/known_values.h"
#include "query/group_counts.h"
#include "query/time_histogram.h"

namespace logq::cli {

// What came of some entries.
struct EntryCounts {
  explicit EntryCounts(const Options& options);

  void merge(const EntryCounts& other);

  std::uint64_t n_entries = 0;
  query::TimeHistogram times;              // where --histogram is asked for
  std::vector<query::GroupCounts> groups;  // one of all fields of --count-by, each one of --stats
};

// Borrows the options and the fields, which all threads share. Not thread-safe: one per thread.
class BatchCounter {
 public:
  BatchCounter(const Options& options, EntrySearch search, const CountedFields& fields);
  BatchCounter(const BatchCounter&) = delete;
  BatchCounter& operator=(const BatchCounter&) = delete;

  // Counts all entries of a batch that are wanted, up to a signal that asks for the end. The files
  // must stay as they are meanwhile.
  void run(EntryBatch& batch);

  // Whether entries need to be looked into, or are counted by themselves.
  [[nodiscard]] bool reads_entries() const { return search_.is_asked() || fields_.is_asked(); }
  // One that need not be looked into.
  void count(const journal::EntryInfo& info);

  [[nodiscard]] const EntryCounts& counts() const { return counts_; }
  [[nodiscard]] query::Grep::Failures search_failures() const { return search_.failures(); }

 private:
  // Where a field is counted.
  struct Place {
    std::size_t group = 0;   // index in groups
    std::size_t column = 0;  // of that group
  };

  void take(const EntryBatch::Entry& entry);
  // False where -T leaves the entry out.
  bool take_values(const EntryBatch::Entry& entry, std::uint64_t items);
  // Nothing for a value that does not matter, or cannot be read.
  const CountedValue* value_of(const EntryBatch::Entry& entry, std::uint64_t item);

  const Options& options_;
  const CountedFields& fields_;
  EntrySearch search_;
  std::vector<Place> places_;  // of the fields
  EntryCounts counts_;
  // Most entries have their values in common with those before.
  KnownValues<CountedValue, 8192> known_;
  journal::PayloadReader reader_;
  EntryBatch* batch_ = nullptr;          // that run() is at
  journal::FileReader* file_ = nullptr;  // and the file of its entry
};

}  // namespace logq::cli
