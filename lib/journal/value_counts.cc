#include "journal/value_counts.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "journal/settled_file.h"

namespace logq::journal {
namespace {

// A value in so many entries, or fewer, is looked up in the entries.
constexpr std::uint64_t kEntriesPerValue = 8;
constexpr std::uint64_t kValuesAnyway = 256;

// An entry may carry a field several times, but if the lists of its values name entries more often
// than this, they share their arrays, and going through them all would take values times entries.
constexpr std::uint64_t kValuesPerEntry = 16;

// A bit is kept for every eight bytes of a file. Ours end at 4 GiB; one that is larger may be
// holes.
constexpr std::uint64_t kLargestFile = std::uint64_t{8} << 30;

// Which entries of a file were seen, by their offsets.
class EntrySet {
 public:
  explicit EntrySet(std::uint64_t file_size) : words_(file_size / kBytesPerWord + 1) {}

  // REQUIRES: inside the file.
  void insert(FileOffset entry) { words_[entry / kBytesPerWord] |= bit(entry); }
  [[nodiscard]] std::uint64_t size() const {
    return std::transform_reduce(
        words_.begin(), words_.end(), std::uint64_t{0}, std::plus<>(),
        [](std::uint64_t word) { return static_cast<std::uint64_t>(__builtin_popcountll(word)); });
  }

 private:
  static constexpr std::uint64_t kBytesPerWord = std::uint64_t{64} * 8;  // objects lie 8 apart
  static std::uint64_t bit(FileOffset entry) { return std::uint64_t{1} << (entry / 8 % 64); }

  std::vector<std::uint64_t> words_;
};

// Takes the entries of a value before `end`, and counts those. False where its list does not name
// as many entries as the value says, in order.
bool insert_all(const FileReader& file, FileOffset end, ValueCount& value, EntrySet& seen) {
  const EntryList list = file.entries_of(value.data);
  if (list.size() != value.n_entries || !list.ends_as_counted()) return false;
  FileOffset before = 0;
  for (std::uint64_t i = 0; i < list.size(); ++i) {
    const auto entry = list.at(i);
    if (!entry || *entry <= before || *entry > end) return false;
    before = *entry;
    if (*entry < end) seen.insert(*entry);
  }
  if (before == end) --value.n_entries;
  return true;
}

// All values of a field; nothing where they cannot all be read or are too many.
std::optional<std::vector<ValueCount>> values_of(FileReader& file, std::string_view field) {
  const std::uint64_t most = std::max(kValuesAnyway, file.info().n_entries / kEntriesPerValue);
  std::vector<ValueCount> values;
  std::uint64_t n_left = kValuesPerEntry * file.info().n_entries;
  bool is_sound = true;
  const auto visit = [&](FileOffset data, std::string_view /*payload*/) {
    const auto object = file.opened().objects.object<DataObject>(data);
    const std::uint64_t n_entries = object ? load(object->object->n_entries) : 0;
    is_sound = object.has_value() && values.size() < most && n_entries <= n_left;
    if (is_sound) values.push_back({data, n_entries});
    n_left -= std::min(n_left, n_entries);
    return is_sound;
  };
  if (!file.for_each_stored_value(field, visit) || !is_sound) return std::nullopt;
  return values;
}

}  // namespace

std::optional<ValueCounts> count_values(FileReader& file, std::string_view field) {
  if (!is_settled(file)) return std::nullopt;
  const EntryList all = file.all_entries();
  const std::uint64_t size = file.info().n_entries;
  if (size == 0 || all.size() != size || !all.ends_as_counted()) return std::nullopt;
  const auto last = all.at(size - 1);
  auto values = values_of(file, field);
  if (!last || !values) return std::nullopt;
  if (file.opened().objects.size() > kLargestFile) return std::nullopt;
  EntrySet seen(file.opened().objects.size());
  for (ValueCount& value : *values) {
    if (!insert_all(file, *last, value, seen)) return std::nullopt;
  }
  std::erase_if(*values, [](const ValueCount& value) { return value.n_entries == 0; });
  const std::uint64_t n_with = seen.size();
  if (n_with > size - 1 || !is_settled(file)) return std::nullopt;
  return ValueCounts{std::move(*values), size - 1, size - 1 - n_with};
}

}  // namespace logq::journal
