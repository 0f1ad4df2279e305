// BatchFormatter: searches and formats batches of entries, on one thread.
//
// Entries may be as large as memory. Of texts that wait to be printed there is a budget for all
// threads: once it is used up batches are left as they are, to be dealt with when their turn comes.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "journal/payload_reader.h"
#include "logq/options/options.h"
#include "logq/search/entry_batch.h"
#include "logq/search/entry_search.h"
#include "query/output_format.h"

namespace logq::cli {

// Bytes of the texts that threads have made and nobody has printed yet.
using WaitingText = std::atomic<std::size_t>;

// Borrows the options and the count of bytes, to which it adds what it makes. Not thread-safe: one
// per thread.
class BatchFormatter {
 public:
  BatchFormatter(const Options& options, EntrySearch search, WaitingText& waiting);
  BatchFormatter(const BatchFormatter&) = delete;
  BatchFormatter& operator=(const BatchFormatter&) = delete;

  // Deals with entries of the batch, from the first that was not dealt with, until they end or
  // the text is large. The files must stay as they are meanwhile.
  void run(EntryBatch& batch);
  // The same unless too much text waits already.
  void run_ahead(EntryBatch& batch);

  // On the thread that owns the files: appends how an entry is shown, whether or not it is what is
  // sought.
  void format(const EntryBatch::Entry& entry,
              std::optional<query::TextSpan> highlight,
              std::string& out);

  [[nodiscard]] query::Grep::Failures search_failures() const { return search_.failures(); }

 private:
  void take(EntryBatch& batch, std::size_t index);
  // REQUIRES: reader_ has begun with the entry, which has so many items.
  void append(const EntryBatch::Entry& entry,
              std::uint64_t items,
              std::optional<query::TextSpan> highlight,
              std::string& out);
  void collect_payloads(std::uint64_t items);
  [[nodiscard]] bool is_excluded() const;

  const Options& options_;
  WaitingText& waiting_;
  EntrySearch search_;
  std::unique_ptr<query::OutputFormat> format_;
  journal::PayloadReader reader_;
  EntryBatch* batch_ = nullptr;             // that run() is at, or nothing
  journal::FileReader* file_ = nullptr;     // and the file of its entry
  std::vector<std::string_view> payloads_;  // of that entry
};

}  // namespace logq::cli
