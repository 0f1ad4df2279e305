// EntryList: the entries that share something, in file order: all of a file, or those that carry
// one DATA object. A chain of entry arrays with random access by position and by offset.
//
// Borrowed from its FileReader, which must outlive it, and as little thread-safe. It grows with the
// file after FileReader::refresh(). Where the chain is damaged the list ends.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "journal/object_reader.h"
#include "logq/result.h"

namespace logq::journal {

// What an open file offers to the parts that walk it. Owned by FileReader.
struct OpenFile {
  ObjectReader objects;
  std::uint64_t serial = 0;      // no two files that this process opened have the same
  std::uint64_t generation = 0;  // counts refreshes
  std::uint64_t n_entries = 0;   // of the header, as of the last refresh
  bool live = false;             // a writer has it open: what is missing may just not be there yet
  std::function<void(const Error&)> on_damage;

  [[nodiscard]] const Header* header() const;  // never null once opened
  // Reports, unless it is only that a writer is not that far yet.
  void report(const Error& error) const;
};

class EntryList {
 public:
  EntryList() = default;  // empty for ever
  // All entries of the file.
  explicit EntryList(const OpenFile& file);
  // Those of the DATA object at `data`.
  EntryList(const OpenFile& file, FileOffset data);

  [[nodiscard]] std::uint64_t size() const;
  // Offset of the i-th entry; nothing where the chain is damaged or not yet written.
  [[nodiscard]] std::optional<FileOffset> at(std::uint64_t index) const;
  // First entry with offset >= `offset`; last entry with offset <= `offset`. A step from the last
  // answer to its neighbour costs one look into the array.
  [[nodiscard]] std::optional<FileOffset> first_from(FileOffset offset) const;
  [[nodiscard]] std::optional<FileOffset> last_until(FileOffset offset) const;

  // Whether the arrays end where the count says, as they do once a file is archived: a count that
  // was damaged is found out so.
  [[nodiscard]] bool ends_as_counted() const;

  // An answer turned out to name no entry: from now on each is looked at before it is given. False
  // when they were already.
  bool distrust() const { return !std::exchange(has_strays_, true); }

  // The neighbour of `from`, where `from` is the last answer of this list and the array beside it
  // names an entry that can be read, in ascending order: what first_from(from + 1) or
  // last_until(from - 1) would find, without their care. False when it takes that care to tell.
  bool step_forward(FileOffset from, EntryInfo& info) const;
  bool step_back(FileOffset from, EntryInfo& info) const;

 private:
  struct Array {
    FileOffset offset = 0;
    std::uint64_t first = 0;  // position of its first slot in the list
    std::uint64_t slots = 0;
  };

  // Positions of the list whose slots lie side by side and inside the file.
  struct Run {
    FileOffset array = 0;
    std::uint64_t first = 0;
    std::uint64_t slots = 0;
  };

  FileOffset answer(std::uint64_t index, FileOffset entry) const;
  void catch_up() const;
  void read_counts() const;
  void extend_chain() const;
  [[nodiscard]] FileOffset slot(std::uint64_t index) const;
  [[nodiscard]] const Array* array_of(std::uint64_t index) const;
  [[nodiscard]] bool valid(FileOffset entry) const;
  void report_slot(std::uint64_t index, Literal what) const;
  [[nodiscard]] bool usable(std::uint64_t index, FileOffset entry) const;
  [[nodiscard]] bool sound(std::uint64_t index, FileOffset entry, bool expected) const;
  [[nodiscard]] bool names_entry(FileOffset entry) const;
  [[nodiscard]] std::uint64_t lower_bound(FileOffset offset) const;
  [[nodiscard]] bool follows_hint(FileOffset offset) const;
  [[nodiscard]] std::uint64_t end_of_entries() const;

  const OpenFile* file_ = nullptr;
  FileOffset data_ = 0;  // 0: the list of all entries

  // A cache of what the file says, brought up to date when the reader was refreshed.
  mutable std::uint64_t generation_ = 0;
  mutable std::uint64_t size_ = 0;       // entries that can be reached
  mutable std::uint64_t claimed_ = 0;    // entries that the count speaks of
  mutable FileOffset inline_entry_ = 0;  // the first one, of a DATA object's list
  mutable FileOffset next_array_ = 0;    // behind the arrays known so far; 0 at the end
  mutable std::vector<Array> arrays_;
  mutable std::size_t last_array_ = 0;         // where slot() looked last
  mutable std::uint64_t hint_ = 0;             // position of the last answer
  mutable FileOffset hint_entry_ = 0;          // and the answer, 0 before the first
  mutable Run run_;                            // with slots around hint_
  mutable FileOffset none_from_ = UINT64_MAX;  // no entry lies at or after it, as of size_
  mutable std::optional<std::uint64_t> end_;   // behind the last slot in use, as of size_
  mutable bool has_strays_ = false;            // slots that name no entry were seen
};

inline bool EntryList::step_forward(FileOffset from, EntryInfo& info) const {
  const std::uint64_t index = hint_ + 1;
  if (from != hint_entry_ || index - run_.first >= run_.slots) return false;
  if (generation_ != file_->generation) return false;
  const FileOffset entry = file_->objects.slot_at(run_.array, index - run_.first);
  if (entry <= from || !file_->objects.look_at_entry(entry, info)) return false;
  hint_ = index;
  hint_entry_ = entry;
  return true;
}

inline bool EntryList::step_back(FileOffset from, EntryInfo& info) const {
  const std::uint64_t index = hint_ - 1;
  if (from != hint_entry_ || index - run_.first >= run_.slots) return false;
  if (generation_ != file_->generation) return false;
  const FileOffset entry = file_->objects.slot_at(run_.array, index - run_.first);
  if (entry >= from || entry < kHeaderSizeMin) return false;
  if (!file_->objects.look_at_entry(entry, info)) return false;
  hint_ = index;
  hint_entry_ = entry;
  return true;
}

}  // namespace logq::journal
