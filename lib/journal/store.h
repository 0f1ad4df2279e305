// Store: the journal files of one name in one directory. Holds the active file
// `system.journal`, rotates it, recovers it after an unclean stop, and keeps one sequence of entry
// numbers across all of them.
//
// What takes time is done by threads of the store's: extents and the next file are prepared before
// they are needed (journal/arena.h, journal/next_file.h), and files it has rotated away from are
// archived (journal/archiver.h). A rotation is then two renames.
//
// Not thread-safe, except sync(), wait_for_archives(), archived() and wake_followers().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journal/file_writer.h"
#include "journal/store_recovery.h"
#include "logq/result.h"

namespace logq::journal {

struct StoreOptions {
  std::string directory;  // must exist
  // Its `sequence` is where the store goes on unless its own files tell of the same sequence; a
  // null one: it goes on with theirs, or begins one.
  WriterOptions writer;
  std::string base = "system";  // files are BASE.journal and BASE@….journal
  // Whether to lock the directory against another store. Whoever may read a directory can lock it,
  // so a caller that keeps others out by better means does not want this.
  bool lock_directory = true;
  // How much later than its first entry a file takes its last one; 0: no limit.
  std::uint64_t max_file_usec = 0;
  // For tests: runs on the store's threads before each piece of work.
  std::function<void()> before_helping{};
};

// How often the append path found what it needed ready.
struct StoreCounts {
  ExtentCounts extents;
  std::uint64_t files_prepared = 0;
  std::uint64_t files_inlined = 0;       // made on the append path
  std::uint64_t waits_for_archives = 0;  // too many were under way
};

// What happened when the store was opened.
struct OpenReport {
  bool recovered = false;      // the last run did not stop cleanly
  std::string recovered_path;  // where the salvaged entries are; empty if there were none
  std::uint64_t recovered_entries = 0;
  std::uint64_t tail_seqnum = 0;  // of the last entry that is stored, 0 in a new store
  // What an earlier run has left and could not be dealt with. It is left as it is, and the next
  // start tries again.
  std::vector<FileTrouble> troubles;
};

class Store {
 public:
  // Opens or makes `directory`/BASE.journal. A file left ONLINE is salvaged into an archive that
  // `journalctl --verify` passes; one that cannot be read at all is set aside as `.journal~`. Fails
  // when the name of the active file cannot be had; other files that make trouble are reported.
  static Result<std::unique_ptr<Store>> open(const StoreOptions& options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] const OpenReport& open_report() const;

  // Appends and publishes; rotates first when the file is full or too old, or time stepped back.
  // Errors as FileWriter::append, but never kFull.
  Result<std::uint64_t> append(const EntryTime& time, std::span<const std::string_view> payloads);
  // The same for many, in order. Returns how many were appended: all of them, or those before the
  // first that cannot be; when that is the very first one, its error.
  Result<std::size_t> append_batch(std::span<const NewEntry> entries);
  // The number the next appended entry will get.
  [[nodiscard]] std::uint64_t next_seqnum() const;
  // The next entry gets a higher number than this one, which another store of the same sequence has
  // given out.
  void continue_after(std::uint64_t seqnum);
  // After the last appended entry.
  [[nodiscard]] SequencePosition sequence() const;
  // How many files it has rotated away from since open().
  [[nodiscard]] std::uint64_t rotations() const;
  // How many of them have been archived, and take no more room than they need.
  [[nodiscard]] std::uint64_t archived() const;
  [[nodiscard]] StoreCounts counts() const;
  // What entries have taken up in its files since open().
  [[nodiscard]] std::uint64_t written_bytes() const;

  // Other options than those of open(): the age of a file counts from now on, what a new file is
  // made with from the next one on.
  struct FileOptions {
    std::uint64_t max_size_bytes = 0;
    std::uint64_t max_file_usec = 0;
    bool compress = true;
    std::uint32_t compress_threshold_bytes = 512;
  };
  void set_file_options(const FileOptions& options);

  // Tells followers that something was appended: at once, or, when they were told less than 5 ms
  // ago, at the end of these (journal/follower_waker.h).
  void wake_followers();
  // Makes everything appended before the call durable, also in files that are being archived.
  Result<void> sync();
  // Begins a new file and has the active one archived, which may go on after the return; nothing
  // happens when it is empty.
  Result<void> rotate();
  // Until every file that was rotated away from is archived and durable under its archive name.
  Result<void> wait_for_archives();
  // Waits for them too.
  Result<void> close();

  [[nodiscard]] const std::string& active_path() const;
  // Not after a rotation that failed half-way; the next append tries again to have one.
  [[nodiscard]] bool has_active_file() const;

 private:
  class Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logq::journal
