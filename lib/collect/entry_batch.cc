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

void EntryBatch::finish(std::size_t index) {
  Entry& entry = entries_[index];
  entry.progress.store({entry.finished, false, 0});
}

}  // namespace logq::collect
