// Store: the journal files of one collector in one directory. Holds the active file
// `system.journal`, rotates it, recovers it after an unclean stop, and keeps one sequence of entry
// numbers across all of them.
//
// Not thread-safe, except sync().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "journal/file_writer.h"
#include "logq/result.h"

namespace logq::journal {

struct StoreOptions {
  std::string directory;  // must exist
  WriterOptions writer;   // its `sequence` is ignored: the store finds its own
  // Whether to lock the directory against another store. Whoever may read a directory can lock it,
  // so a caller that keeps others out by better means does not want this.
  bool lock_directory = true;
  // How much later than its first entry a file takes its last one; 0: no limit.
  std::uint64_t max_file_usec = 0;
};

// What happened when the store was opened.
struct OpenReport {
  bool recovered = false;      // the last run did not stop cleanly
  std::string recovered_path;  // where the salvaged entries are; empty if there were none
  std::uint64_t recovered_entries = 0;
  std::uint64_t tail_seqnum = 0;  // of the last entry that is stored, 0 in a new store
};

class Store {
 public:
  // Opens or makes `directory`/system.journal. A file left ONLINE is salvaged into an archive that
  // `journalctl --verify` passes; one that cannot be read at all is set aside as `.journal~`.
  static Result<std::unique_ptr<Store>> open(const StoreOptions& options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] const OpenReport& open_report() const;

  // Appends and publishes; rotates first when the file is full or too old, or time stepped back.
  // Errors as FileWriter::append, but never kFull.
  Result<std::uint64_t> append(const EntryTime& time, std::span<const std::string_view> payloads);
  // The number the next appended entry will get.
  [[nodiscard]] std::uint64_t next_seqnum() const;
  // After the last appended entry.
  [[nodiscard]] SequencePosition sequence() const;
  // How many files have been archived since open().
  [[nodiscard]] std::uint64_t rotations() const;

  void wake_followers();
  Result<void> sync();
  // Archives the active file and begins a new one; nothing happens when it is empty.
  Result<void> rotate();
  Result<void> close();

  [[nodiscard]] const std::string& active_path() const;

 private:
  class Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logq::journal
