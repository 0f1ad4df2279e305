// FileReader: one journal file, read-only, bounds-checked at the place of use. Reads every file
// this project writes, live ones included: counters are read once, nothing on disk is trusted.
//
// Distinct readers of one file may run in parallel; one reader is not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "journal/format.h"
#include "logq/id128.h"
#include "logq/result.h"

namespace logq::journal {

using FileOffset = std::uint64_t;

// The fixed part of an ENTRY object.
struct EntryInfo {
  FileOffset offset = 0;
  std::uint64_t seqnum = 0;
  std::uint64_t realtime_usec = 0;
  std::uint64_t monotonic_usec = 0;
  Id128 boot_id;
  std::uint64_t xor_hash = 0;
};

// What the header says, read once.
struct FileInfo {
  Id128 file_id;
  Id128 machine_id;
  Id128 seqnum_id;
  Id128 tail_entry_boot_id;
  FileState state = FileState::kOffline;
  std::uint32_t compatible_flags = 0;
  std::uint32_t incompatible_flags = 0;
  std::uint64_t n_entries = 0;
  std::uint64_t head_entry_seqnum = 0;
  std::uint64_t tail_entry_seqnum = 0;
  std::uint64_t head_entry_realtime_usec = 0;
  std::uint64_t tail_entry_realtime_usec = 0;
  std::uint64_t tail_entry_monotonic_usec = 0;
};

class FileReader;

// The entries that share something, in file order: all of a file, or those with one DATA object.
// A chain of entry arrays with random access by position and by offset. Borrowed from its reader;
// grows as the file does (after FileReader::refresh).
class EntryList {
 public:
  [[nodiscard]] std::uint64_t size() const { return size_; }
  // Offset of the i-th entry; nothing where the chain is damaged or not yet written.
  [[nodiscard]] std::optional<FileOffset> at(std::uint64_t index) const;
  // First entry with offset >= `offset`; last entry with offset <= `offset`.
  [[nodiscard]] std::optional<FileOffset> first_from(FileOffset offset) const;
  [[nodiscard]] std::optional<FileOffset> last_until(FileOffset offset) const;

 private:
  friend class FileReader;
  // Members belong to file_reader.cc's owner.
  std::uint64_t size_ = 0;
};

// Told about every place where a file is damaged and reading goes on without it.
using DamageCallback = std::function<void(const std::string& path, const Error& error)>;

class FileReader {
 public:
  // kCorrupt or kTruncated when the header is damaged, kUnsupported for unknown incompatible flags.
  static Result<std::unique_ptr<FileReader>> open(const std::string& path,
                                                  DamageCallback on_damage = {});
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  [[nodiscard]] const std::string& path() const;
  [[nodiscard]] const FileInfo& info() const;  // as of open or the last refresh
  // Takes notice of what a writer has appended since; true when there are new entries.
  Result<bool> refresh();

  [[nodiscard]] EntryList all_entries();
  // The entries that carry `payload` ("FIELD=value"); an empty list when none does.
  [[nodiscard]] EntryList entries_with(std::string_view payload);

  [[nodiscard]] Result<EntryInfo> read_entry(FileOffset entry);
  // Offsets of the DATA objects of an entry, in stored order.
  Result<void> read_items(FileOffset entry, std::vector<FileOffset>& data_offsets);
  // The payload of a DATA object. The view stays valid until the next call of read_data with the
  // same slot (compressed payloads live in a buffer per slot), and never longer than the reader.
  [[nodiscard]] Result<std::string_view> read_data(FileOffset data, std::size_t slot = 0);

  // Names of all fields; values ("FIELD=value" payloads) of one field, newest first. The callback
  // returns false to stop.
  void for_each_field(const std::function<bool(std::string_view name)>& visit);
  void for_each_value(std::string_view field, const std::function<bool(std::string_view payload)>& visit);

 private:
  class Impl;
  explicit FileReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logq::journal
