#include "logq/batch_counter.h"

#include <utility>

#include "base/fold_multiply.h"
#include "logq/end_request.h"
#include "query/filter.h"

namespace logq::cli {
namespace {

using Kind = AggregateOptions::Kind;

// Most entries have their values in common with those before: this many stay known.
constexpr std::size_t kKnownValues = 8192;

constexpr std::string_view kIdentifierPrefix = "SYSLOG_IDENTIFIER=";

// Whoever writes a file may make others fall on the same place: that costs time, no answer.
std::size_t place_of(std::uint64_t file, journal::FileOffset data) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15U;
  return base::fold_multiply(data ^ file << 48, kOdd) % kKnownValues;
}

}  // namespace

EntryCounts::EntryCounts(const Options& options)
    : times(options.aggregate.span_usec, options.display.format.utc) {
  const std::size_t n_fields = options.aggregate.fields.size();
  if (options.aggregate.kind == Kind::kCountBy) groups.emplace_back(n_fields);
  if (options.aggregate.kind == Kind::kStats) groups.assign(n_fields, query::GroupCounts(1));
}

void EntryCounts::merge(const EntryCounts& other) {
  n_entries += other.n_entries;
  is_cut = is_cut || other.is_cut;
  times.merge(other.times);
  for (std::size_t i = 0; i < groups.size(); ++i)
    groups[i].merge(other.groups[i]);
}

BatchCounter::BatchCounter(const Options& options,
                           EntrySearch search,
                           query::DistinctValues& values)
    : options_(options),
      values_(values),
      has_excluded_(!options.filter.excluded_identifiers.empty()),
      search_(std::move(search)),
      counts_(options),
      reader_([this](const Error& error) {
        batch_->damage.push_back({file_, error});
      }) {
  const bool one_each = options.aggregate.kind == Kind::kStats;
  for (const std::string& name : options.aggregate.fields) {
    const std::size_t index = fields_.size();
    fields_.push_back({name + "=", one_each ? index : 0, one_each ? 0 : index});
  }
  if (!fields_.empty() || has_excluded_) known_.resize(kKnownValues);
}

void BatchCounter::run(EntryBatch& batch) {
  batch_ = &batch;
  for (const EntryBatch::Entry& entry : batch.entries) {
    if (end_requested()) {  // a search of one text may take long
      counts_.is_cut = true;
      return;
    }
    take(entry);
  }
}

void BatchCounter::take(const EntryBatch::Entry& entry) {
  file_ = entry.file;
  const std::uint64_t items = reader_.begin(entry.file->opened(), entry.info.offset);
  if (!search_.search(entry, reader_, items).wanted) return;
  if (!known_.empty()) {
    if (search_.reads_payloads()) reader_.begin(entry.file->opened(), entry.info.offset);
    if (!take_values(entry.file->opened().serial, items)) return;
  }
  count(entry.info);
}

void BatchCounter::count(const journal::EntryInfo& info) {
  ++counts_.n_entries;
  if (options_.aggregate.kind == Kind::kHistogram) counts_.times.add(info.realtime_usec);
}

bool BatchCounter::take_values(std::uint64_t file, std::uint64_t items) {
  bool is_identified = false;  // the first identifier decides, as where entries are shown
  bool is_excluded = false;
  for (std::uint64_t i = 0; i < items; ++i) {
    const Known* const known = known_of(file, i);
    if (known == nullptr) continue;
    if (known->is_identifier && !is_identified) {
      is_identified = true;
      is_excluded = known->is_excluded;
    }
    if (known->field == kNoField) continue;
    const Field& field = fields_[known->field];
    counts_.groups[field.group].add(field.column, known->value);
  }
  for (query::GroupCounts& group : counts_.groups)
    is_excluded ? group.drop_entry() : group.end_entry();
  return !is_excluded;
}

// Nothing where the value cannot be read.
const BatchCounter::Known* BatchCounter::known_of(std::uint64_t file, std::uint64_t item) {
  const journal::FileOffset data = reader_.data_of(item);
  Known& known = known_[place_of(file, data)];
  if (known.file == file && known.data == data) return &known;
  std::string_view payload;
  if (!reader_.payload_of(item, payload)) return nullptr;
  known = Known{file, data};
  learn(payload, known);
  return &known;
}

void BatchCounter::learn(std::string_view payload, Known& known) {
  for (std::uint32_t i = 0; i < fields_.size(); ++i) {
    const std::string& prefix = fields_[i].prefix;
    if (!payload.starts_with(prefix)) continue;
    known.field = i;
    known.value = values_.id_of(payload.substr(prefix.size()));
  }
  if (has_excluded_ && payload.starts_with(kIdentifierPrefix)) {
    known.is_identifier = true;
    known.is_excluded =
        query::is_excluded(options_.filter, payload.substr(kIdentifierPrefix.size()));
  }
}

}  // namespace logq::cli
