#include "journal/file_set.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "journal/archive_name.h"
#include "journal/file_reader.h"
#include "journal/format.h"
#include "journal/writer_support.h"
#include "support/file_bytes.h"

namespace logq::journal::test {
namespace {

Id128 id(std::uint64_t number) {
  Id128 made;
  std::memcpy(made.bytes.data(), &number, sizeof(number));
  return made;
}

void write_whole(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::uint64_t get(const std::string& file, std::size_t offset) {
  std::uint64_t value = 0;
  std::memcpy(&value, file.data() + offset, sizeof(value));
  return value;
}

void put(std::string& file, std::size_t offset, std::uint64_t value) {
  std::memcpy(file.data() + offset, &value, sizeof(value));
}

std::vector<FileOffset> offsets_in(const std::string& path) {
  std::vector<FileOffset> offsets;
  const auto reader = FileReader::open(path);
  if (!reader) throw std::runtime_error("cannot read " + path);
  const EntryList all = (*reader)->all_entries();
  for (std::uint64_t i = 0; i < all.size(); ++i)
    offsets.push_back(all.at(i).value());
  return offsets;
}

}  // namespace

FileSet::FileSet(const Shape& shape, unsigned seed, std::size_t entries)
    : shape_(shape),
      random_(seed) {
  const auto users = plan(entries);
  for (std::size_t i = 0; i < users.size(); ++i)
    store(i, users[i]);
  collect();
}

std::vector<std::vector<FileSet::Planned>> FileSet::plan(std::size_t entries) {
  std::vector<std::vector<Planned>> users(shape_.sequences * shape_.users);
  std::vector<std::uint64_t> seqnums(shape_.sequences);
  std::uint64_t tick = 0;
  std::uint64_t set_forward = 1'000'000;
  bool was_equal = true;
  for (std::size_t n = 0; n < entries; ++n) {
    const std::size_t boot = 100 + n / shape_.entries_per_boot;
    was_equal = shape_.equal_times && !was_equal && below(4) == 0;
    if (!was_equal) tick += 10;
    if (shape_.clock_is_set && below(30) == 0) set_forward = below(2'000'000);
    const std::size_t user = below(users.size());
    Planned entry;
    entry.seqnum = seqnums[user % shape_.sequences] += 1 + below(3);
    entry.time = {kStart + tick, tick, id(boot)};
    entry.realtime_usec = kStart + tick + set_forward;
    entry.fields = {"MESSAGE=" + std::to_string(n), "_BOOT_ID=" + id(boot).to_string(),
                    below(20) == 0 ? "SIDE=rare" : "SIDE=common"};
    users[user].push_back(entry);
  }
  return users;
}

void FileSet::store(std::size_t user, const std::vector<Planned>& entries) {
  const std::string name = shape_.in_series ? "user-" + std::to_string(user) : "";
  for (std::size_t from = 0; from < entries.size();) {
    const std::size_t end = std::min(entries.size(), from + 1 + below(shape_.in_series ? 15 : 40));
    write_file(user, entries, from, end, name);
    if (shape_.overlaps && below(6) == 0) write_file(user, entries, from, end);
    if (shape_.overlaps && below(6) == 0) write_file(user, entries, from / 2, end);
    if (shape_.overlaps && below(6) == 0) write_file(user, entries, from, (from + end + 1) / 2);
    from = end;
  }
}

void FileSet::write_file(std::size_t user,
                         const std::vector<Planned>& entries,
                         std::size_t from,
                         std::size_t end,
                         const std::string& name) {
  WriterOptions options;
  options.max_size_bytes = std::uint64_t{512} << 10;
  options.sequence = {id(1 + user % shape_.sequences), 0};
  const std::string own_name = std::to_string(n_files_++);
  const std::string path = directory_.path() + "/" + (name.empty() ? own_name : name) + ".journal";
  auto writer = FileWriter::create(path, options);
  if (!writer) throw std::runtime_error("cannot create " + path);
  for (std::size_t i = from; i < end; ++i) {
    if (!(*writer)->append_with_seqnum(entries[i].time, entries[i].seqnum,
                                       views(entries[i].fields))) {
      throw std::runtime_error("cannot append to " + path);
    }
  }
  if (end == entries.size() && shape_.leaves_one_live) {
    writer->reset();
    finish(path, entries);
  } else {
    finish((*writer)->archive().value(), entries);
  }
}

// Gives entries the times of the clock, perhaps spoils the header, and makes the twin.
void FileSet::finish(const std::string& path, const std::vector<Planned>& entries) {
  std::string file = logq::test::file_bytes(path);
  const std::vector<FileOffset> offsets = offsets_in(path);
  for (const FileOffset offset : offsets) {
    const std::uint64_t seqnum = get(file, offset + offsetof(EntryObject, seqnum));
    const auto planned = std::find_if(entries.begin(), entries.end(),
                                      [=](const Planned& entry) { return entry.seqnum == seqnum; });
    put(file, offset + offsetof(EntryObject, realtime), planned->realtime_usec);
  }
  const auto time_of = [&](FileOffset entry) {
    return get(file, entry + offsetof(EntryObject, realtime));
  };
  put(file, offsetof(Header, head_entry_realtime), time_of(offsets.front()));
  put(file, offsetof(Header, tail_entry_realtime), time_of(offsets.back()));
  const std::string truth = file;
  if (shape_.headers_lie && below(2) == 0) lie(file);
  char& state = file[offsetof(Header, state)];
  const bool archived = state == static_cast<char>(FileState::kArchived);
  if (!archived) state = static_cast<char>(FileState::kOnline);
  write_whole(path, file);
  if (archived) state = static_cast<char>(FileState::kOffline);
  write_whole(twin_.path() + path.substr(path.rfind('/')), file);
  if (archived && shape_.in_series) rename_as_a_writer(path, truth);
}

// Times have been changed since it was named.
void FileSet::rename_as_a_writer(const std::string& path, const std::string& file) {
  const std::size_t name_at = path.rfind('/') + 1;
  auto name = ArchiveName::parse(path.substr(name_at)).value();
  name.head_realtime_usec = get(file, offsetof(Header, head_entry_realtime));
  const std::string renamed = path.substr(0, name_at) + name.to_string();
  if (std::rename(path.c_str(), renamed.c_str()) != 0) throw std::runtime_error("rename " + path);
}

void FileSet::lie(std::string& file) {
  constexpr std::size_t kFields[] = {
      offsetof(Header, head_entry_seqnum), offsetof(Header, tail_entry_seqnum),
      offsetof(Header, head_entry_realtime), offsetof(Header, tail_entry_realtime)};
  const std::size_t field = kFields[below(std::size(kFields))];
  const std::uint64_t truth = get(file, field);
  put(file, field, truth + below(100) - std::min<std::uint64_t>(truth, 50));
}

void FileSet::collect() {
  for (const std::string& name : files_in(path())) {
    const auto reader = FileReader::open(path() + "/" + name);
    for (const FileOffset offset : offsets_in(path() + "/" + name)) {
      PlacedEntry entry;
      entry.info = (*reader)->read_entry(offset).value();
      entry.seqnum_id = (*reader)->info().seqnum_id;
      const auto same = [&entry](const PlacedEntry& other) { return identical(entry, other); };
      if (std::none_of(entries_.begin(), entries_.end(), same)) entries_.push_back(entry);
    }
  }
  // A stable sort of what may run in circles would not be defined; this finds an order if one is.
  for (std::size_t i = 1; i < entries_.size(); ++i) {
    for (std::size_t j = i; j > 0 && compare(entries_[j], entries_[j - 1]) < 0; --j)
      std::swap(entries_[j], entries_[j - 1]);
  }
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    for (std::size_t j = i + 1; j < entries_.size(); ++j)
      has_order_ = has_order_ && compare(entries_[i], entries_[j]) < 0;
  }
}

}  // namespace logq::journal::test
