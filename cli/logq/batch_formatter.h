// BatchFormatter: searches and formats batches of entries, on one thread.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "journal/payload_reader.h"
#include "logq/entry_batch.h"
#include "logq/entry_search.h"
#include "logq/options.h"
#include "query/output_format.h"

namespace logq::cli {

// Borrows the options. Not thread-safe: one per thread.
class BatchFormatter {
 public:
  BatchFormatter(const Options& options, EntrySearch search);
  BatchFormatter(const BatchFormatter&) = delete;
  BatchFormatter& operator=(const BatchFormatter&) = delete;

  // Deals with entries of the batch, from the first that was not dealt with, until they end or
  // the text is large. The files must stay as they are meanwhile.
  void run(EntryBatch& batch);

  [[nodiscard]] query::Grep::Failures search_failures() const { return search_.failures(); }

 private:
  void take(EntryBatch& batch, std::size_t index);
  void collect_payloads(std::uint64_t items);
  [[nodiscard]] bool is_excluded() const;

  const Options& options_;
  EntrySearch search_;
  std::unique_ptr<query::OutputFormat> format_;
  journal::PayloadReader reader_;
  EntryBatch* batch_ = nullptr;             // that run() is at
  journal::FileReader* file_ = nullptr;     // and the file of its entry
  std::vector<std::string_view> payloads_;  // of that entry
};

}  // namespace logq::cli
