// FileReader: one journal file, read-only, bounds-checked at the place of use. Reads every file
// this project writes, live ones included: counters are read once, nothing on disk is trusted.
//
// Distinct readers of one file may run in parallel; one reader is not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journal/entry_list.h"
#include "journal/file_mapping.h"
#include "journal/file_peek.h"
#include "journal/format.h"
#include "journal/header.h"
#include "logq/id128.h"
#include "logq/result.h"

namespace logq::journal {

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
  [[nodiscard]] FileIdentity identity() const;
  [[nodiscard]] std::uint64_t size() const;  // bytes, likewise
  // The file was renamed: what path() and the damage callback say from now on.
  void set_path(const std::string& path);
  // Takes notice of what a writer has appended since; true when there are new entries.
  Result<bool> refresh();

  // The first or last entry as the header names it, in constant time; nothing when it names none.
  // What lies there is not looked at.
  [[nodiscard]] std::optional<FileOffset> entry_at(FileEnd end) const;

  // Of archived files, told without touching their pages; see file_peek.h. The first or last entry
  // if it is what the header says, and whether any entry can have a payload ("FIELD=value").
  [[nodiscard]] std::optional<EntryInfo> peek_entry(FileEnd end) const;
  [[nodiscard]] bool may_hold(std::string_view payload) const;

  [[nodiscard]] EntryList all_entries();
  // The entries that carry `payload` ("FIELD=value"); an empty list when none does.
  // The list does not outlive the reader; an empty one stays empty, so ask again after refresh().
  [[nodiscard]] EntryList entries_with(std::string_view payload);
  // The DATA object of `payload`, 0 when there is none; and the entries that carry it.
  [[nodiscard]] FileOffset find_data(std::string_view payload);
  [[nodiscard]] EntryList entries_of(FileOffset data) const;

  [[nodiscard]] Result<EntryInfo> read_entry(FileOffset entry);
  // All payloads of an entry, in stored order; those that cannot be read are reported and left out.
  // The answer lies in `payloads`, which never shrinks: what else it holds means nothing. The views
  // stay valid until an entry other than this one is read, and never longer than the reader.
  std::span<const std::string_view> read_payloads(FileOffset entry,
                                                  std::vector<std::string_view>& payloads);
  // The same one by one, for callers that stop early (by returning false): what they do not get to
  // is not unpacked.
  void for_each_payload(FileOffset entry,
                        const std::function<bool(std::string_view payload)>& visit);

  // For a PayloadReader: what reads payloads on other threads than this reader's.
  [[nodiscard]] const OpenFile& opened() const;

  // Offsets of the DATA objects of an entry, in stored order.
  Result<void> read_items(FileOffset entry, std::vector<FileOffset>& data_offsets);
  // The payload of a DATA object. Compressed ones live in a buffer per slot, which other slots and
  // read_payloads share: the view is valid until the next call of one of them.
  [[nodiscard]] Result<std::string_view> read_data(FileOffset data, std::size_t slot = 0);

  // Counts and reports damage once per place; beyond some places a file is not complained about.
  void report(const Error& error);

  // Names of all fields; values ("FIELD=value" payloads) of one field, newest first. The callback
  // returns false to stop.
  void for_each_field(const std::function<bool(std::string_view name)>& visit);
  // False when damage keeps some of the values out of reach.
  bool for_each_value(std::string_view field,
                      const std::function<bool(std::string_view payload)>& visit);
  // The same, with the DATA object of each.
  bool for_each_stored_value(
      std::string_view field,
      const std::function<bool(FileOffset data, std::string_view payload)>& visit);

 private:
  struct Impl;
  explicit FileReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logq::journal
