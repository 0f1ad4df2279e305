// SoundFile: a journal file before it is damaged, and what each of its entries needs.
//
// What "everything readable is still read" means is said here: an entry needs its own bytes, those
// of its DATA objects, its slot in the list of all entries, the heads of the entry arrays up to the
// one with that slot, and the fields of the header without which nothing can be found. Whatever
// else is damaged, a walk delivers it as it was.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "journal/file_source.h"
#include "journal/journal.h"
#include "journal_image.h"

namespace logq::test {

// Bytes from the first up to, not including, the second.
struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  [[nodiscard]] bool touches(const ByteRange& other) const {
    return begin < other.end && other.begin < end;
  }
};

struct ReadEntry {
  std::uint64_t seqnum = 0;
  std::uint64_t realtime_usec = 0;
  std::uint64_t monotonic_usec = 0;
  Id128 boot_id;
  std::vector<std::string> payloads;
  friend bool operator==(const ReadEntry&, const ReadEntry&) = default;
};

// What a full walk delivers, in file order for either direction; nothing when it cannot be opened.
std::vector<ReadEntry> walk(const std::string& path, journal::Direction direction);

class SoundFile {
 public:
  // `path` holds the same as `bytes`.
  SoundFile(const std::string& bytes, const std::string& path);

  struct Entry {
    ReadEntry content;
    std::vector<ByteRange> own;     // itself and its DATA objects
    std::vector<ByteRange> index;   // what leads to it
    std::uint64_t whole_until = 0;  // a file of this size has all it needs, whole arrays included
  };
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

  // The entries that a walk must deliver although `damage` has other bytes than before.
  [[nodiscard]] std::vector<const ReadEntry*> readable_despite(ByteRange damage) const;
  // The entries that must be found without the index too: by recover.
  [[nodiscard]] std::vector<const ReadEntry*> whole_despite(ByteRange damage) const;
  // Those that a walk must deliver of the first `size` bytes.
  [[nodiscard]] std::vector<const ReadEntry*> readable_within(std::uint64_t size) const;

 private:
  void add_index(fuzz::JournalImage& image);

  std::vector<Entry> entries_;
};

// Whether `delivered` has all of `expected`, in their order.
bool has_all(const std::vector<ReadEntry>& delivered,
             const std::vector<const ReadEntry*>& expected);

}  // namespace logq::test
