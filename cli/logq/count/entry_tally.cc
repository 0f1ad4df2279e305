#include "logq/count/entry_tally.h"

#include <utility>

#include "logq/search/batch_threads.h"

namespace logq::cli {

EntryTally::EntryTally(const Options& options, EntrySearch search)
    : options_(options),
      search_(std::move(search)),
      fields_(options, values_),
      counts_(options),
      work_([this] { return make_worker(); }),
      batch_(std::make_unique<EntryBatch>()) {}

base::OrderedWork<EntryBatch>::Worker EntryTally::make_worker() {
  // The patterns were compiled once without an error.
  auto counter = std::make_shared<BatchCounter>(options_, std::move(*search_.clone()), fields_);
  counters_.push_back(counter);
  return [counter](EntryBatch& batch) { counter->run(batch); };
}

void EntryTally::add(const journal::Journal& journal) {
  const journal::EntryInfo& info = journal.entry();
  if (!counters_.front()->reads_entries()) return counters_.front()->count(info);
  batch_->entries.push_back({&journal.file(), info, values_of(journal.file())});
  ++added_;
  if (batch_->entries.size() == kLargestBatch) put_batch();
}

const FileValues* EntryTally::values_of(journal::FileReader& file) {
  if (!fields_.is_asked()) return nullptr;
  const std::uint64_t serial = file.opened().serial;
  if (serial == last_file_) return last_values_;
  const auto [known, is_new] = file_values_.try_emplace(serial);
  if (is_new) known->second = FileValues::of(file, fields_);
  last_file_ = serial;
  last_values_ = known->second.get();
  return last_values_;
}

void EntryTally::put_batch() {
  if (added_ >= kEntriesBeforeThreads && work_.threads() == 0)
    work_.start_threads(threads_of_machine() - 1);
  work_.put(std::move(batch_));
  while (work_.size() > kBatchesPerThread * work_.threads())
    take_back(work_.take());
  if (emptied_.empty()) emptied_.push_back(std::make_unique<EntryBatch>());
  batch_ = std::move(emptied_.back());
  emptied_.pop_back();
}

void EntryTally::take_back(std::unique_ptr<EntryBatch> batch) {
  for (const EntryBatch::Damage& damage : batch->damage)
    damage.file->report(damage.error);
  batch->clear();
  emptied_.push_back(std::move(batch));
}

void EntryTally::finish() {
  put_batch();
  while (work_.size() > 0)
    take_back(work_.take());
  for (const auto& counter : counters_)
    counts_.merge(counter->counts());
}

query::Grep::Failures EntryTally::search_failures() const {
  query::Grep::Failures all = search_.failures();
  for (const auto& counter : counters_)
    all.add(counter->search_failures());
  return all;
}

}  // namespace logq::cli
