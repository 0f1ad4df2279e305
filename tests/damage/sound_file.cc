#include "damage/sound_file.h"

#include <algorithm>
#include <cstddef>
#include <map>

#include "journal/format.h"
#include "journal/object_reader.h"

namespace logq::test {
namespace {

using namespace journal;

ReadEntry current(Journal& journal) {
  const EntryInfo& info = journal.entry();
  ReadEntry entry{info.seqnum, info.realtime_usec, info.monotonic_usec, info.boot_id, {}};
  journal.for_each_payload([&entry](std::string_view payload) {
    entry.payloads.emplace_back(payload);
    return true;
  });
  return entry;
}

template <typename Field>
ByteRange header_field(Field Header::*field) {
  Header header{};
  const auto at = static_cast<std::uint64_t>(reinterpret_cast<const char*>(&(header.*field)) -
                                             reinterpret_cast<const char*>(&header));
  return {at, at + sizeof(Field)};
}

// Without these a file is none, or is read as another kind, or its list of entries is not found.
std::vector<ByteRange> indispensable_header() {
  return {header_field(&Header::signature), header_field(&Header::incompatible_flags),
          header_field(&Header::state),     header_field(&Header::header_size),
          header_field(&Header::n_entries), header_field(&Header::entry_array_offset)};
}

bool touch(const std::vector<ByteRange>& ranges, const ByteRange& damage) {
  return std::ranges::any_of(ranges, [&](const ByteRange& range) { return range.touches(damage); });
}

}  // namespace

std::vector<ReadEntry> walk(const std::string& path, Direction direction) {
  std::vector<ReadEntry> entries;
  const auto journal = Journal::open_files({path});
  if (!journal) return entries;
  if (direction == Direction::kForward) {
    (*journal)->seek_head();
    while ((*journal)->next())
      entries.push_back(current(**journal));
    return entries;
  }
  (*journal)->seek_tail();
  while ((*journal)->previous())
    entries.push_back(current(**journal));
  std::ranges::reverse(entries);
  return entries;
}

SoundFile::SoundFile(const std::string& bytes, const std::string& path) {
  fuzz::JournalImage image(bytes);
  std::map<std::uint64_t, std::uint64_t> end_of;  // of each object
  for (const fuzz::ImageObject& object : image.objects())
    end_of[object.offset] = object.offset + object.size;
  const auto journal = Journal::open_files({path}).value();
  FileReader& file = *journal->files().front();
  journal->seek_head();
  while (journal->next()) {
    Entry entry;
    entry.content = current(*journal);
    const FileOffset offset = journal->entry().offset;
    entry.own.push_back({offset, end_of.at(offset)});
    std::vector<FileOffset> items;
    if (!file.read_items(offset, items)) items.clear();
    for (const FileOffset data : items)
      entry.own.push_back({data, end_of.at(data)});
    for (const ByteRange& range : entry.own)
      entry.whole_until = std::max(entry.whole_until, range.end);
    entries_.push_back(std::move(entry));
  }
  add_index(image);
}

void SoundFile::add_index(fuzz::JournalImage& image) {
  const Layout layout = Layout::of(image.header());
  std::vector<ByteRange> index = indispensable_header();
  std::uint64_t whole_until = sizeof(Header);
  std::uint64_t array = image.header().entry_array_offset;
  std::uint64_t first = 0;  // position of the array's first slot in the list
  std::uint64_t slots = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (i == first + slots) {
      if (i > 0) {
        array = image.get({array + offsetof(EntryArrayObject, next_entry_array_offset)});
      }
      const std::uint64_t size = image.get({array + offsetof(ObjectHeader, size)});
      first = i;
      slots = (size - sizeof(EntryArrayObject)) / layout.slot_bytes;
      index.push_back({array, array + sizeof(EntryArrayObject)});
      whole_until = std::max(whole_until, array + size);
    }
    const std::uint64_t slot = array + sizeof(EntryArrayObject) + (i - first) * layout.slot_bytes;
    entries_[i].index = index;
    entries_[i].index.push_back({slot, slot + layout.slot_bytes});
    entries_[i].whole_until = std::max(entries_[i].whole_until, whole_until);
  }
}

std::vector<const ReadEntry*> SoundFile::readable_despite(ByteRange damage) const {
  std::vector<const ReadEntry*> readable;
  for (const Entry& entry : entries_) {
    if (!touch(entry.own, damage) && !touch(entry.index, damage)) {
      readable.push_back(&entry.content);
    }
  }
  return readable;
}

std::vector<const ReadEntry*> SoundFile::whole_despite(ByteRange damage) const {
  std::vector<const ReadEntry*> whole;
  for (const Entry& entry : entries_) {
    if (!touch(entry.own, damage)) whole.push_back(&entry.content);
  }
  return whole;
}

std::vector<const ReadEntry*> SoundFile::readable_within(std::uint64_t size) const {
  std::vector<const ReadEntry*> readable;
  for (const Entry& entry : entries_) {
    if (entry.whole_until <= size) readable.push_back(&entry.content);
  }
  return readable;
}

bool has_all(const std::vector<ReadEntry>& delivered,
             const std::vector<const ReadEntry*>& expected) {
  auto from = delivered.begin();
  for (const ReadEntry* entry : expected) {
    from = std::find(from, delivered.end(), *entry);
    if (from == delivered.end()) return false;
    ++from;
  }
  return true;
}

}  // namespace logq::test
