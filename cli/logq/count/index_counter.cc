#include "logq/count/index_counter.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "journal/file_overlap.h"
#include "journal/settled_file.h"
#include "journal/value_counts.h"

namespace logq::cli {
namespace {

using Kind = AggregateOptions::Kind;
using journal::FileReader;
using journal::ValueCounts;

// What the header says about the first and the last entry, by which files are told apart.
bool has_sound_ends(FileReader& file) {
  const journal::EntryList entries = file.all_entries();
  const std::uint64_t size = entries.size();
  if (size == 0 || size != file.info().n_entries) return false;
  const auto first = entries.at(0);
  const auto last = entries.at(size - 1);
  if (!first || !last) return false;
  const auto head = file.read_entry(*first);
  const auto tail = file.read_entry(*last);
  return head && tail && head->seqnum == file.info().head_entry_seqnum &&
         tail->seqnum == file.info().tail_entry_seqnum;
}

struct NamedCount {
  query::ValueId value = query::kNoValue;
  std::uint64_t n_entries = 0;
};

// With the values by their numbers, and the entries without one; false where a value is unreadable.
bool name_values(FileReader& file,
                 const std::string& field,
                 const ValueCounts& found,
                 query::DistinctValues& values,
                 std::vector<NamedCount>& named) {
  const std::string prefix = field + "=";
  for (const journal::ValueCount& count : found.values) {
    const auto payload = file.read_data(count.data);
    if (!payload || !payload->starts_with(prefix)) return false;  // changed since it was counted
    named.push_back({values.id_of(payload->substr(prefix.size())), count.n_entries});
  }
  if (found.n_without > 0) named.push_back({query::kNoValue, found.n_without});
  return true;
}

}  // namespace

IndexCounter::IndexCounter(const Options& options,
                           journal::Journal& journal,
                           query::DistinctValues& values,
                           EntryCounts& counts)
    : options_(options),
      files_(journal.files()),
      values_(values),
      counts_(counts) {}

bool IndexCounter::can_count(const Options& options) {
  const AggregateOptions& aggregate = options.aggregate;
  const RangeOptions& range = options.range;
  const bool is_part = range.since_usec || range.until_usec || range.cursor || range.after_cursor;
  if (is_part || !options.filter.excluded_identifiers.empty()) return false;
  return aggregate.kind == Kind::kCount || aggregate.kind == Kind::kStats ||
         (aggregate.kind == Kind::kCountBy && aggregate.fields.size() == 1);
}

bool IndexCounter::is_alone(const FileReader& file) const {
  return std::none_of(files_.begin(), files_.end(), [&file](const FileReader* other) {
    return other != &file && journal::may_share_entries(file.info(), other->info());
  });
}

bool IndexCounter::count(FileReader& file) {
  if (!journal::is_settled(file) || !has_sound_ends(file) || !is_alone(file)) return false;
  std::vector<std::vector<NamedCount>> named;
  for (const std::string& field : options_.aggregate.fields) {
    const auto found = journal::count_values(file, field);
    named.emplace_back();
    if (!found || !name_values(file, field, *found, values_, named.back())) return false;
  }
  for (std::size_t i = 0; i < named.size(); ++i) {
    for (const NamedCount& count : named[i])
      counts_.groups[i].add_group(count.value, count.n_entries);
  }
  counts_.n_entries += file.info().n_entries - 1;
  return true;
}

}  // namespace logq::cli
