#include "logq/count/batch_counter.h"

#include <utility>

#include "logq/end_request.h"

namespace logq::cli {
namespace {

using Kind = AggregateOptions::Kind;

}  // namespace

EntryCounts::EntryCounts(const Options& options)
    : times(options.aggregate.span_usec, options.display.format.utc) {
  const std::size_t n_fields = options.aggregate.fields.size();
  if (options.aggregate.kind == Kind::kCountBy) groups.emplace_back(n_fields);
  if (options.aggregate.kind == Kind::kStats) groups.assign(n_fields, query::GroupCounts(1));
}

void EntryCounts::merge(const EntryCounts& other) {
  n_entries += other.n_entries;
  times.merge(other.times);
  for (std::size_t i = 0; i < groups.size(); ++i)
    groups[i].merge(other.groups[i]);
}

BatchCounter::BatchCounter(const Options& options, EntrySearch search, const CountedFields& fields)
    : options_(options),
      fields_(fields),
      search_(std::move(search)),
      counts_(options),
      reader_([this](const Error& error) {
        batch_->damage.push_back({file_, error});
      }) {
  const bool one_each = options.aggregate.kind == Kind::kStats;
  for (std::size_t i = 0; i < options.aggregate.fields.size(); ++i)
    places_.push_back({one_each ? i : 0, one_each ? 0 : i});
  if (fields_.is_asked()) known_.make_room();
}

void BatchCounter::run(EntryBatch& batch) {
  batch_ = &batch;
  for (const EntryBatch::Entry& entry : batch.entries) {
    if (end_requested()) return;  // a search of one text may take long
    take(entry);
  }
}

void BatchCounter::take(const EntryBatch::Entry& entry) {
  file_ = entry.file;
  const std::uint64_t items = reader_.begin(entry.file->opened(), entry.info.offset);
  if (!search_.search(entry, reader_, items).wanted) return;
  if (known_.has_room()) {
    if (search_.reads_payloads()) reader_.begin(entry.file->opened(), entry.info.offset);
    if (!take_values(entry, items)) return;
  }
  count(entry.info);
}

void BatchCounter::count(const journal::EntryInfo& info) {
  ++counts_.n_entries;
  if (options_.aggregate.kind == Kind::kHistogram) counts_.times.add(info.realtime_usec);
}

bool BatchCounter::take_values(const EntryBatch::Entry& entry, std::uint64_t items) {
  bool is_identified = false;  // the first identifier decides, as where entries are shown
  bool is_excluded = false;
  for (std::uint64_t i = 0; i < items; ++i) {
    const CountedValue* const value = value_of(entry, i);
    if (value == nullptr) continue;
    if (value->is_identifier && !is_identified) {
      is_identified = true;
      is_excluded = value->is_excluded;
    }
    if (value->field == CountedValue::kNoField) continue;
    const Place& place = places_[value->field];
    counts_.groups[place.group].add(place.column, value->value);
  }
  for (query::GroupCounts& group : counts_.groups)
    is_excluded ? group.drop_entry() : group.end_entry();
  return !is_excluded;
}

const CountedValue* BatchCounter::value_of(const EntryBatch::Entry& entry, std::uint64_t item) {
  const journal::FileOffset data = reader_.data_of(item);
  if (entry.values != nullptr) return entry.values->find(data);
  const std::uint64_t file = entry.file->opened().serial;
  if (const CountedValue* const known = known_.find(file, data)) return known;
  std::string_view payload;
  if (!reader_.payload_of(item, payload)) return nullptr;
  return &known_.learn(file, data, fields_.judge(payload));
}

}  // namespace logq::cli
