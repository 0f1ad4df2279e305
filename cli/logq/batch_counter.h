// BatchCounter: searches and counts batches of entries, on one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/payload_reader.h"
#include "logq/entry_batch.h"
#include "logq/entry_search.h"
#include "logq/options.h"
#include "query/distinct_values.h"
#include "query/group_counts.h"
#include "query/time_histogram.h"

namespace logq::cli {

// What came of some entries.
struct EntryCounts {
  explicit EntryCounts(const Options& options);

  void merge(const EntryCounts& other);

  std::uint64_t n_entries = 0;
  bool is_cut = false;                     // a signal has ended the counting
  query::TimeHistogram times;              // where --histogram is asked for
  std::vector<query::GroupCounts> groups;  // one of all fields of --count-by, each one of --stats
};

// Borrows the options and the values, which all threads share. Not thread-safe: one per thread.
class BatchCounter {
 public:
  BatchCounter(const Options& options, EntrySearch search, query::DistinctValues& values);
  BatchCounter(const BatchCounter&) = delete;
  BatchCounter& operator=(const BatchCounter&) = delete;

  // Counts all entries of a batch that are wanted, up to a signal that asks for the end. The files
  // must stay as they are meanwhile.
  void run(EntryBatch& batch);

  // Whether entries need to be looked into, or are counted by themselves.
  [[nodiscard]] bool reads_entries() const {
    return search_.is_asked() || !fields_.empty() || has_excluded_;
  }
  // One that need not be looked into.
  void count(const journal::EntryInfo& info);

  [[nodiscard]] const EntryCounts& counts() const { return counts_; }
  [[nodiscard]] query::Grep::Failures search_failures() const { return search_.failures(); }

 private:
  // A field that is counted, and where.
  struct Field {
    std::string prefix;      // "NAME="
    std::size_t group = 0;   // index in groups
    std::size_t column = 0;  // of that group
  };
  static constexpr std::uint32_t kNoField = UINT32_MAX;
  // What a stored value is, found out once for many entries.
  struct Known {
    std::uint64_t file = 0;  // its serial; 0: nothing is known
    journal::FileOffset data = 0;
    std::uint32_t field = kNoField;  // index in fields_
    query::ValueId value = query::kNoValue;
    bool is_identifier = false;  // where -T is given
    bool is_excluded = false;    // by it
  };

  void take(const EntryBatch::Entry& entry);
  // False where -T leaves the entry out.
  bool take_values(std::uint64_t file, std::uint64_t items);
  const Known* known_of(std::uint64_t file, std::uint64_t item);
  void learn(std::string_view payload, Known& known);

  const Options& options_;
  query::DistinctValues& values_;
  bool has_excluded_;
  EntrySearch search_;
  std::vector<Field> fields_;
  EntryCounts counts_;
  std::vector<Known> known_;  // where it belongs by its hash, or something else instead
  journal::PayloadReader reader_;
  EntryBatch* batch_ = nullptr;          // that run() is at
  journal::FileReader* file_ = nullptr;  // and the file of its entry
};

}  // namespace logq::cli
