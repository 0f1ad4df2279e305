// EntryPrinter: prints entries in the order in which they are added, with the remarks that go
// between them. Entries are searched and formatted in batches, on further threads once there are
// many of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ordered_work.h"
#include "common/output_buffer.h"
#include "journal/journal.h"
#include "logq/options/options.h"
#include "logq/search/entry_batch.h"
#include "logq/search/entry_search.h"
#include "logq/show/batch_formatter.h"
#include "logq/show/context_window.h"

namespace logq::cli {

// Borrows the options and the buffer. Not thread-safe.
class EntryPrinter {
 public:
  // `search` has been made of the same options.
  EntryPrinter(const Options& options, OutputBuffer& output, EntrySearch search);

  // Takes the current entry of a journal: it will be printed if it is what is sought. REQUIRES:
  // finish() is called before the files of the journal change, and those that needs() names stay.
  Result<void> add(const journal::Journal& journal);
  // Whether an entry of the file may still be shown, beside one that is found later.
  [[nodiscard]] bool needs(const journal::FileReader& file) const { return context_.holds(file); }
  // Prints all that was added, as far as it is wanted.
  Result<void> finish();
  // "-- No entries --" when there were none.
  void print_end();

  // No more than -n entries are printed. Of what is searched that many may have been added already
  // and not be found out before finish().
  [[nodiscard]] bool is_enough() const {
    return options_.display.lines && counted() >= *options_.display.lines && !context_.is_open();
  }
  [[nodiscard]] std::uint64_t printed() const { return printed_; }
  // The last one of as many hits as -n wants, once they are printed.
  [[nodiscard]] const std::optional<journal::Cursor>& cut_at() const { return cut_at_; }
  // Texts that could not be searched.
  [[nodiscard]] query::Grep::Failures search_failures() const;
  // From now on -n does not count: following goes on behind the first entries.
  void forget_limit() {
    limit_is_over_ = true;
    cut_at_.reset();
  }

 private:
  [[nodiscard]] bool is_searched() const { return search_.is_asked(); }
  [[nodiscard]] std::uint64_t counted() const { return is_searched() ? printed_ : added_; }
  [[nodiscard]] std::size_t batch_size() const;
  [[nodiscard]] std::size_t batches_ahead() const;
  base::OrderedWork<EntryBatch>::Worker make_worker();
  void add_boot_change(const Id128& boot_id);
  std::string boot_line(const Id128& boot_id);
  Result<void> put_batch();
  Result<void> print(std::unique_ptr<EntryBatch> batch);
  Result<void> print_text(EntryBatch& batch);
  Result<void> print_in_context(EntryBatch& batch);
  Result<void> flush_in_time();
  Result<void> print_shown();
  [[nodiscard]] bool is_limit_reached() const {
    return options_.display.lines && !limit_is_over_ && printed_ >= *options_.display.lines;
  }
  void cut(EntryBatch& batch, std::uint64_t hits);
  std::unique_ptr<EntryBatch> empty_batch();

  const Options& options_;
  OutputBuffer& output_;
  EntrySearch search_;  // which that of each thread is a clone of
  WaitingText waiting_text_{0};
  std::vector<std::shared_ptr<BatchFormatter>> formatters_;  // one for each thread, ours first
  base::OrderedWork<EntryBatch> work_;
  std::vector<std::unique_ptr<EntryBatch>> emptied_;  // to be used again
  std::unique_ptr<EntryBatch> batch_;                 // that is being filled
  ContextWindow context_;
  std::vector<ContextWindow::Item> shown_;  // what it wants to be shown now
  std::optional<Id128> last_boot_id_;       // of the last entry added, or with context shown
  bool limit_is_over_ = false;
  std::uint64_t added_ = 0;
  std::uint64_t printed_ = 0;
  std::optional<journal::Cursor> cut_at_;
  std::chrono::steady_clock::time_point last_flush_;
};

}  // namespace logq::cli
