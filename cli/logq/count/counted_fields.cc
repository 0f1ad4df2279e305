#include "logq/count/counted_fields.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "query/filter.h"

namespace logq::cli {
namespace {

using journal::FileOffset;
using journal::FileReader;

constexpr std::string_view kIdentifier = "SYSLOG_IDENTIFIER";

// More values than this, and they are found out as entries bring them up.
constexpr std::uint64_t kEntriesPerValue = 8;
constexpr std::uint64_t kValuesAnyway = 256;
constexpr std::uint64_t kMostValues = std::uint64_t{1} << 16;

// Of a table that is at most half full, by chance no run of used places comes near to this.
constexpr std::size_t kLongestRun = 512;

// Whether all values that entries have are in the lists of their fields: a writer puts them there
// first, but after a crash the lists may end early.
bool lists_are_complete(const FileReader& file) {
  const journal::FileState state = file.info().state;
  return state == journal::FileState::kArchived || state == journal::FileState::kOffline;
}

}  // namespace

CountedFields::CountedFields(const Options& options, query::DistinctValues& values)
    : options_(options),
      values_(values),
      has_excluded_(!options.filter.excluded_identifiers.empty()),
      names_(options.aggregate.fields) {
  for (const std::string& name : names_)
    prefixes_.push_back(name + "=");
  const bool is_known = std::find(names_.begin(), names_.end(), kIdentifier) != names_.end();
  if (has_excluded_ && !is_known) names_.emplace_back(kIdentifier);
}

CountedValue CountedFields::judge(std::string_view payload) const {
  CountedValue known;
  for (std::uint32_t i = 0; i < prefixes_.size(); ++i) {
    const std::string& prefix = prefixes_[i];
    if (!payload.starts_with(prefix)) continue;
    known.field = i;
    known.value = values_.id_of(payload.substr(prefix.size()));
  }
  const bool is_identifier = has_excluded_ && payload.starts_with(kIdentifier) &&
                             payload.substr(kIdentifier.size()).starts_with('=');
  if (is_identifier) {
    known.is_identifier = true;
    known.is_excluded = query::is_excluded(options_.filter, payload.substr(kIdentifier.size() + 1));
  }
  return known;
}

FileValues::FileValues(std::size_t n_values)
    : mask_(std::bit_ceil(n_values * 2 + 2) - 1),
      slots_(mask_ + 1) {}

void FileValues::insert(FileOffset data, const CountedValue& value) {
  std::size_t at = place_of(data);
  while (slots_[at].data != 0)
    at = (at + 1) & mask_;
  slots_[at] = {data, value};
}

// Whoever writes a file may choose offsets that fall on neighbouring places.
bool FileValues::is_spread() const {
  std::size_t run = 0;
  for (const Slot& slot : slots_) {
    run = slot.data == 0 ? 0 : run + 1;
    if (run > kLongestRun) return false;
  }
  return true;
}

std::unique_ptr<const FileValues> FileValues::of(FileReader& file, const CountedFields& fields) {
  if (!lists_are_complete(file)) return nullptr;
  const std::uint64_t most =
      std::clamp(file.info().n_entries / kEntriesPerValue, kValuesAnyway, kMostValues);
  std::vector<std::pair<FileOffset, CountedValue>> found;
  for (const std::string& name : fields.names()) {
    const bool is_complete =
        file.for_each_stored_value(name, [&](FileOffset data, std::string_view payload) {
          if (found.size() < most) found.emplace_back(data, fields.judge(payload));
          return found.size() < most;
        });
    if (!is_complete || found.size() >= most) return nullptr;
  }
  std::unique_ptr<FileValues> values(new FileValues(found.size()));
  for (const auto& [data, value] : found)
    values->insert(data, value);
  if (!values->is_spread()) return nullptr;
  return values;
}

}  // namespace logq::cli
