// EntryBatch: entries that are ready to be stored and wait for others, so that the store can fetch
// what one needs while it stores another. All buffers are kept for the next batch. Not thread-safe.
//
// Only views are kept: whoever adds an entry keeps its payloads in place until it is stored. Each
// entry comes with the word of its source's progress. Several entries of one source in a row share
// a run: before they are stored the word gets the number of the first, and a successor learns from
// the last number in the store how many of them it need not store again (resolve_run()). Afterwards
// the word moves on in one step.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "collect/progress_word.h"
#include "journal/file_writer.h"

namespace logq::collect {

class EntryBatch {
 public:
  struct Entry {
    std::vector<std::string_view> payloads;
    std::array<char, 64> source_time;  // text that payloads of this entry or later ones may show
    ProgressCell progress{nullptr};
    std::uint64_t finished = 0;  // the position of its source behind it
    int priority = 0;
    const journal::PreparedValues* prepared = nullptr;
  };

  // An entry with no payloads and everything else as it happens to be; valid until the next call.
  // REQUIRES: !is_full().
  Entry& add();
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] bool is_full() const { return size_ == kBatchEntriesMax; }
  void clear() { size_ = 0; }

  // What is left to be stored, with the time that they all get; valid until the next add().
  std::span<const journal::NewEntry> prepare(const journal::EntryTime& time, std::size_t first);
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const Entry& operator[](std::size_t index) const { return entries_[index]; }

  // Notes in the words of the entries from `first` on that they are being stored, the first one
  // with the number `seqnum`.
  void announce(std::size_t first, std::uint64_t seqnum);
  // Moves the words of the entries [first, end) on, which are stored or given up.
  void finish(std::size_t first, std::size_t end);

 private:
  std::array<Entry, kBatchEntriesMax> entries_;
  std::array<journal::NewEntry, kBatchEntriesMax> prepared_;
  std::size_t size_ = 0;
};

}  // namespace logq::collect
