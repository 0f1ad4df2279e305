#include <sys/random.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/fold_multiply.h"
#include "base/try.h"
#include "journal/verify_pass.h"

namespace logq::journal {
namespace {

constexpr std::uint64_t kProgressEntries = 4096;

// Hashes of pairs under a random key, to compare sets of pairs by the sum of their hashes: in any
// order, without memory, and nobody can make a file in which different sets have the same sum.
class PairHash {
 public:
  PairHash() {
    // Without randomness (never, once the system is up) it still tells accidents.
    if (::getrandom(key_.data(), sizeof key_, GRND_NONBLOCK) != sizeof key_) key_ = kNoKey;
  }
  // Two steps, since one alone is nearly a product, and sums of products can be made to agree.
  [[nodiscard]] std::uint64_t operator()(std::uint64_t first, std::uint64_t second) const {
    return base::fold_multiply(base::fold_multiply(first ^ key_[0], second ^ key_[1]) ^ key_[2],
                               key_[3]);
  }

 private:
  using Key = std::array<std::uint64_t, 4>;
  static constexpr Key kNoKey{0x9e3779b97f4a7c15U, 0xd1b54a32d192ed03U, 0xff51afd7ed558ccdU,
                              0xc4ceb9fe1a85ec53U};
  Key key_{};
};

// Which entry has which DATA, as told by the items of entries or by the lists of DATA objects.
// The last entry is left out: a writer that ran out of space may not have put it on every list.
struct Links {
  std::uint64_t count = 0;
  std::uint64_t pairs = 0;   // sum over (data, entry)
  std::uint64_t hashes = 0;  // sum over (data, its hash), as regular files repeat it in each item
  friend bool operator==(const Links&, const Links&) = default;
};

class IndexCheck {
 public:
  explicit IndexCheck(Verification& verification)
      : v_(verification),
        objects_(verification.objects) {}

  Result<void> run();

 private:
  struct List {
    FileOffset array = 0;
    std::uint64_t count = 0;
    FileOffset behind = 0;  // its entries come after this one
  };
  // Where a list ends, and which array its last one names.
  struct End {
    FileOffset array = 0;
    std::uint64_t used = 0;
    FileOffset next = 0;
  };
  template <typename Visit>
  Result<End> walk(const List& list, Visit visit) const;
  Result<void> check_all_entries();
  [[nodiscard]] Result<void> check_header_tail(const End& end) const;
  Result<void> check_items(FileOffset entry, bool last);
  Result<void> check_last_items(const ObjectView<EntryObject>& entry);
  Result<void> check_lists();
  Result<void> check_list_of(FileOffset data);
  Result<void> add_listed(FileOffset data, std::uint64_t hash, FileOffset entry);
  Result<void> find_difference();
  [[nodiscard]] Links& links_of(std::vector<Links>& links, FileOffset entry) const;
  [[nodiscard]] std::uint64_t item_hash(const ObjectView<EntryObject>& entry,
                                        std::uint64_t index) const;
  void tell(double done) const {
    if (v_.progress) v_.progress(kShareOfObjects + (1 - kShareOfObjects) * done);
  }

  Verification& v_;
  const ObjectReader& objects_;
  PairHash pair_hash_;
  std::vector<FileOffset> last_items_;  // of the last entry, sorted
  FileOffset last_entry_ = 0;

  // One of each for the whole file; or, to find out where they differ, one for each entry, by its
  // place in entries_.
  std::vector<Links> by_items_{1};
  std::vector<Links> by_lists_{1};
  std::vector<FileOffset> entries_;
  std::uint64_t n_items_ = 0;
  std::uint64_t n_listed_ = 0;
};

Result<void> IndexCheck::run() {
  LOGQ_TRY(check_all_entries());
  LOGQ_TRY(check_lists());
  if (by_items_ == by_lists_) return {};
  return find_difference();
}

Links& IndexCheck::links_of(std::vector<Links>& links, FileOffset entry) const {
  if (links.size() == 1) return links[0];
  const auto place = std::lower_bound(entries_.begin(), entries_.end(), entry);
  return links[static_cast<std::size_t>(place - entries_.begin())];
}

// Whether a tail pointer is that of a list; 0 is "not known". A kill may have left it one entry
// ahead of the count.
bool is_tail(FileOffset array, std::uint64_t used, const auto& end) {
  if (array == 0) return true;
  if (array == end.array) return used == end.used || used == end.used + 1;
  return array == end.next && used == 1;
}

// Goes through a chain of entry arrays. Each array consumes at least one of `count`.
template <typename Visit>
Result<IndexCheck::End> IndexCheck::walk(const List& list, Visit visit) const {
  End end{0, 0, list.array};
  FileOffset array = list.array;
  FileOffset last = list.behind;
  std::uint64_t left = list.count;
  while (left > 0) {
    if (array == 0) {
      return fail(Error::corrupt(list.array, "list of entries is shorter than its count"));
    }
    if (!v_.arrays.has(array)) {
      return fail(Error::corrupt(array, "list of entries leads to what is no entry array"));
    }
    const auto found = LOGQ_TRY(objects_.object<EntryArrayObject>(array));
    const std::uint64_t slots = std::min(left, objects_.slots_of(found.size));
    for (std::uint64_t i = 0; i < slots; ++i) {
      const FileOffset entry = objects_.slot(array, i);
      if (entry <= last) return fail(Error::corrupt(array, "entry array is not sorted"));
      if (!v_.entries.has(entry)) {
        return fail(Error::corrupt(array, "entry array names what is no entry"));
      }
      last = entry;
      LOGQ_TRY(visit(entry));
    }
    left -= slots;
    end.array = array;
    end.used = slots;
    const FileOffset next = load(found.object->next_entry_array_offset);
    if (next != 0 && next <= array) {
      return fail(Error::corrupt(array, "entry array chain runs backwards"));
    }
    array = next;
    end.next = next;
  }
  return end;
}

Result<void> IndexCheck::check_all_entries() {
  const std::uint64_t count = v_.report.n_entries;
  const FileOffset first = load(v_.header.entry_array_offset);
  // An array that was made for an entry that never came is no harm, anything else is.
  if (first != 0 && !v_.arrays.has(first)) {
    return fail(Error::corrupt(first, "list of all entries is no entry array"));
  }
  std::uint64_t seen = 0;
  const auto visit = [&](FileOffset entry) -> Result<void> {
    if (++seen % kProgressEntries == 0) {
      tell(0.5 * static_cast<double>(seen) / static_cast<double>(count));
    }
    return check_items(entry, seen == count);
  };
  return check_header_tail(LOGQ_TRY(walk({first, count, 0}, visit)));
}

// What the header says of the end of the list, for writers that continue it.
Result<void> IndexCheck::check_header_tail(const End& end) const {
  const Header& header = v_.header;
  constexpr std::size_t kArrayEnd = offsetof(Header, tail_entry_offset);
  // Writers before 252 leave it alone in files that are not compact.
  if (objects_.compact() && v_.header_reaches(kArrayEnd) &&
      !is_tail(load(header.tail_entry_array_offset), load(header.tail_entry_array_n_entries),
               end)) {
    return fail(Error::corrupt(offsetof(Header, tail_entry_array_offset),
                               "header's tail of the list of all entries is wrong"));
  }
  const FileOffset tail = load(header.tail_entry_offset);
  const bool exact = (load(header.compatible_flags) & kCompatibleTailEntryBootId) != 0;
  if (v_.header_reaches(sizeof(Header)) && tail != 0 &&
      (exact ? tail != last_entry_ : !v_.entries.has(tail))) {
    return fail(Error::corrupt(offsetof(Header, tail_entry_offset),
                               "last entry is not the one in the header"));
  }
  return {};
}

std::uint64_t IndexCheck::item_hash(const ObjectView<EntryObject>& entry,
                                    std::uint64_t index) const {
  const auto* items = reinterpret_cast<const EntryItem*>(entry.object + 1);
  return load(items[index].hash);
}

Result<void> IndexCheck::check_items(FileOffset offset, bool last) {
  const auto entry = LOGQ_TRY(objects_.object<EntryObject>(offset));
  const std::uint64_t count = objects_.items_of(entry);
  const bool compact = objects_.compact();
  Links& links = links_of(by_items_, offset);
  FileOffset before = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const FileOffset data = objects_.item(entry, i);
    if (!v_.linked_data.has(data)) {
      return fail(Error::corrupt(offset, "entry has a field that no hash chain leads to"));
    }
    // Until 2019 writers stored a field as often as it was given; it is on the list once.
    if (data == before || last) continue;
    before = data;
    ++links.count;
    links.pairs += pair_hash_(data, offset);
    if (!compact) links.hashes += pair_hash_(data, item_hash(entry, i));
  }
  n_items_ += count;
  if (!last) return {};
  last_entry_ = offset;
  return check_last_items(entry);
}

Result<void> IndexCheck::check_last_items(const ObjectView<EntryObject>& entry) {
  const std::uint64_t count = objects_.items_of(entry);
  last_items_.clear();
  for (std::uint64_t i = 0; i < count; ++i) {
    const FileOffset data = objects_.item(entry, i);
    last_items_.push_back(data);
    if (objects_.compact()) continue;
    const DataView found = LOGQ_TRY(objects_.data(data));
    if (load(found.object->hash) != item_hash(entry, i)) {
      return fail(Error::corrupt(last_entry_, "entry and field differ in the hash of the field"));
    }
  }
  std::sort(last_items_.begin(), last_items_.end());
  return {};
}

Result<void> IndexCheck::check_lists() {
  Result<void> result;
  v_.linked_data.for_each([&](FileOffset data) {
    result = check_list_of(data);
    return result.has_value();
  });
  if (result) tell(1);
  return result;
}

Result<void> IndexCheck::check_list_of(FileOffset data) {
  const auto found = LOGQ_TRY(objects_.object<DataObject>(data));
  const std::uint64_t count = load(found.object->n_entries);
  if (count == 0) return {};
  const std::uint64_t hash = load(found.object->hash);
  const FileOffset first = load(found.object->entry_offset);
  if (!v_.entries.has(first)) {
    return fail(Error::corrupt(data, "DATA object names as its first entry what is none"));
  }
  LOGQ_TRY(add_listed(data, hash, first));
  const End end = LOGQ_TRY(walk({load(found.object->entry_array_offset), count - 1, first},
                                [&](FileOffset entry) { return add_listed(data, hash, entry); }));
  if (!objects_.compact()) return {};
  const auto* tail = LOGQ_TRY(objects_.at<CompactDataObject>(data));
  if (is_tail(load(tail->tail_entry_array_offset), load(tail->tail_entry_array_n_entries), end)) {
    return {};
  }
  return fail(Error::corrupt(data, "DATA object's tail of its list of entries is wrong"));
}

Result<void> IndexCheck::add_listed(FileOffset data, std::uint64_t hash, FileOffset entry) {
  // Lists that share their arrays could otherwise make this take for ever.
  if (++n_listed_ > n_items_) {
    return fail(Error::corrupt(data, "more entries are listed for fields than there are"));
  }
  if (entry == last_entry_) {
    if (std::binary_search(last_items_.begin(), last_items_.end(), data)) return {};
    return fail(Error::corrupt(data, "DATA object lists an entry that does not have it"));
  }
  Links& links = links_of(by_lists_, entry);
  ++links.count;
  links.pairs += pair_hash_(data, entry);
  if (!objects_.compact()) links.hashes += pair_hash_(data, hash);
  return {};
}

// There is one; the same work again tells where.
Result<void> IndexCheck::find_difference() {
  v_.entries.for_each([this](FileOffset entry) {
    entries_.push_back(entry);
    return true;
  });
  by_items_.assign(entries_.size() + 1, {});
  by_lists_.assign(entries_.size() + 1, {});
  n_items_ = 0;
  n_listed_ = 0;
  LOGQ_TRY(check_all_entries());
  LOGQ_TRY(check_lists());
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Links& items = by_items_[i];
    const Links& lists = by_lists_[i];
    if (lists.count > items.count) {
      return fail(Error::corrupt(entries_[i], "entry is on the list of a field it does not have"));
    }
    if (items.pairs != lists.pairs) {
      return fail(Error::corrupt(entries_[i], "entry is not on the list of one of its fields"));
    }
    if (items.hashes != lists.hashes) {
      return fail(Error::corrupt(entries_[i], "entry and field differ in the hash of the field"));
    }
  }
  return {};  // a file that is being written to, and was in between
}

}  // namespace

Result<void> verify_index(Verification& verification) {
  return IndexCheck(verification).run();
}

}  // namespace logq::journal
