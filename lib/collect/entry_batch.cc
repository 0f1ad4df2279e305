#include "collect/entry_batch.h"

namespace logq::collect {

EntryBatch::Entry& EntryBatch::add() {
  Entry& entry = entries_[size_++];
  entry.payloads.clear();
  return entry;
}

std::span<const journal::NewEntry> EntryBatch::prepare(const journal::EntryTime& time,
                                                       std::size_t first) {
  for (std::size_t i = first; i < size_; ++i)
    prepared_[i] = {time, entries_[i].payloads, entries_[i].prepared};
  return std::span(prepared_).subspan(first, size_ - first);
}

void EntryBatch::announce(std::size_t first, std::uint64_t seqnum) {
  const std::uint64_t* run = nullptr;
  for (std::size_t i = first; i < size_; ++i, ++seqnum) {
    ProgressCell& progress = entries_[i].progress;
    if (progress.word() == run) continue;
    run = progress.word();
    progress.store({progress.load().position, true, static_cast<std::uint16_t>(seqnum & 0xffff)});
  }
}

// One store for each run: a word that says that the first entry of several is stored says that the
// others are not.
void EntryBatch::finish(std::size_t first, std::size_t end) {
  for (std::size_t i = first; i < end; ++i) {
    Entry& entry = entries_[i];
    const bool ends_run = i + 1 == end || entries_[i + 1].progress.word() != entry.progress.word();
    if (ends_run) entry.progress.store({entry.finished, false, 0});
  }
}

}  // namespace logq::collect
