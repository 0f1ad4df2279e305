// FileWriter: the one writer of one journal file.
//
// The file is a systemd journal file (docs/file-format.md, "Our profile"): unless the options say
// otherwise compact, with keyed hashes and zstd. Stock journalctl and libsystemd may read it at any
// time.
//
// Appended entries are visible to readers at the latest after publish(). Today each append()
// publishes its own entry, in the order readers rely on, so that a kill finds every entry whose
// append() returned. Not thread-safe, except that sync() may run on another thread while entries
// are appended. The destructor leaves the file ONLINE, as a crash would; call close() or archive().
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "journal/arena.h"
#include "journal/compression.h"
#include "journal/format.h"
#include "journal/prepared_values.h"
#include "journal/worker_thread.h"
#include "logq/id128.h"
#include "logq/result.h"

namespace logq::journal {

// Where a sequence of entries stands: a new file continues after `tail_seqnum` of `seqnum_id`.
// A null seqnum_id starts a new sequence, named after the new file.
struct SequencePosition {
  Id128 seqnum_id;
  std::uint64_t tail_seqnum = 0;
};

// Buckets of a new file's hash tables; 0: as many as suit a file of the maximal size. They never
// are the reason to rotate: chains just get longer.
struct TableSizes {
  std::uint64_t data_buckets = 0;
  std::uint64_t field_buckets = 0;

  // For a file that is known to get so many values and names of fields: four buckets for three.
  static TableSizes for_counts(std::uint64_t values, std::uint64_t fields) {
    return {values + values / 3, fields + fields / 3};
  }
};

struct WriterOptions {
  std::uint64_t max_size_bytes = std::uint64_t{128} << 20;  // at least 512 KiB, at most 4 GiB - 1
  std::uint32_t compress_threshold_bytes = 512;             // payloads from this size are tried
  bool compress = true;
  // What a new file is; a reopened one stays what it is.
  bool compact = true;                           // false: readable by systemd before 252
  bool keyed_hash = true;                        // false: readable by systemd before 246
  Compression compression = Compression::kZstd;  // others: only to test readers
  Id128 file_id;                                 // null: a random one; others: only for tests
  Id128 machine_id;
  SequencePosition sequence;
  TableSizes tables;
  mode_t mode = 0640;
  // Who may read a new file besides owner and group, where the file system has access lists.
  std::optional<uid_t> reader;
};

struct EntryTime {
  std::uint64_t realtime_usec = 0;
  std::uint64_t monotonic_usec = 0;
  Id128 boot_id;
};

// One entry of a batch; borrowed for the call.
struct NewEntry {
  EntryTime time;
  std::span<const std::string_view> payloads;
  // Of its large values; an entry with such is the only one of its batch.
  const PreparedValues* prepared = nullptr;
};

class FileWriter {
 public:
  // Makes a new file; fails with kSystem/EEXIST when `path` exists.
  static Result<std::unique_ptr<FileWriter>> create(const std::string& path,
                                                    const WriterOptions& options);

  // Opens a file of our profile that was closed cleanly, to append to it. It stays compact or
  // regular, keyed or not, and compressed with what its header announces, whatever the options say.
  // kBusy when it is ONLINE (recover it), kUnsupported when it is ARCHIVED or another writer's,
  // kCorrupt when damaged.
  static Result<std::unique_ptr<FileWriter>> reopen(const std::string& path,
                                                    const WriterOptions& options);

  // Makes a new file under a name that readers ignore and that must not exist (EEXIST): durable,
  // but for the name, and with the pages of its tables and first objects brought in. take_name()
  // makes it a journal file. Until then nothing may be appended.
  static Result<std::unique_ptr<FileWriter>> prepare(const std::string& hidden_path,
                                                     const WriterOptions& options);
  // Renames it to `path`, which must not exist, to continue after `tail_seqnum`. The directory is
  // not synced.
  Result<void> take_name(const std::string& path, std::uint64_t tail_seqnum);

  // Finishes a file that has its archive name already and whose writer was killed before
  // finish_archive() was done: only when the machine has not been down since. kUnsupported when it
  // is not such a file: salvage it.
  static Result<void> finish_interrupted_archive(const std::string& path,
                                                 const WriterOptions& options);

  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter();

  // Appends one entry of "FIELD=value" payloads and returns its sequence number. Payloads are
  // deduplicated; identical repeats within an entry are stored once.
  //
  // Errors: kFull (no room, or time went backwards within the file: rotate and retry),
  // kInvalidArgument (no payload, a payload without a name, an implausible time or null boot id),
  // kTooLarge (can fit no file), kSystem (ENOSPC, EIO), kClosed (after close or archive), kCorrupt
  // (a reopened file is damaged inside, or pages of the file were lost under us: rotate and retry).
  // After an error the file is as before, unused objects aside.
  Result<std::uint64_t> append(const EntryTime& time, std::span<const std::string_view> payloads);

  // Appends entries in their order, with consecutive numbers, and is faster than as many append():
  // what the next entry needs is fetched while this one is stored. Each entry is published by
  // itself, so a kill leaves a prefix of the batch.
  //
  // Stops at the first entry that cannot be appended and returns how many were before it; when that
  // is the very first one, its error, as from append(). A caller that got fewer than it gave calls
  // again with the rest to learn why. 0 for an empty batch.
  Result<std::size_t> append_batch(std::span<const NewEntry> entries);

  // Recovery and copying: append with a given sequence number, which must exceed the tail's. A
  // copied entry keeps its `xor_hash`, and with it its cursor: repeated payloads, which the file
  // no longer has, went into it.
  Result<void> append_with_seqnum(const EntryTime& time,
                                  std::uint64_t seqnum,
                                  std::span<const std::string_view> payloads,
                                  std::optional<std::uint64_t> xor_hash = std::nullopt);

  // The same for an entry of which large values are prepared: what this saves is hashing and
  // compressing them here. That they are for this file's key is not needed, only quicker.
  Result<void> append_prepared(const EntryTime& time,
                               std::uint64_t seqnum,
                               std::span<const std::string_view> payloads,
                               const PreparedValues& prepared);

  // Makes everything appended visible to readers, in the order readers rely on.
  void publish();
  // Fires IN_MODIFY for followers: writes a byte of the header that never changes. (The ftruncate
  // to the current size that journald does would cut off an extent that is being prepared.) On any
  // thread while the object lives.
  void wake_followers();

  // Makes everything published durable.
  Result<void> sync();
  // Publishes, syncs and sets OFFLINE; the file can be reopened. The descriptor goes with the
  // object, so that a sync() under way on another thread never loses it. The same holds for
  // archive().
  Result<void> close();
  // Publishes, gives back what is over-allocated, sets ARCHIVED, syncs, renames to the archive name
  // (`base@seqnum_id-head_seqnum-head_realtime.journal`) and closes. An empty file is deleted
  // instead. Returns the new path, or an empty string when deleted. Where that name is taken the
  // file becomes `base@realtime-random.journal~` instead; nothing is ever replaced.
  Result<std::string> archive();

  // archive() in two parts. retire() ends the appending and gives the file its archive name, with
  // nothing synced and its state still ONLINE; finish_archive() does the rest, including the sync
  // of the directory, and may do so on another thread. It can be repeated after a failure.
  // REQUIRES: the file has entries.
  Result<std::string> retire();
  Result<void> finish_archive();

  // From now on `helper` prepares extents (journal/arena.h). It must outlive the writer.
  void use_helper(WorkerThread& helper);
  [[nodiscard]] const ExtentCounts& extent_counts() const;

  // What it holds and takes, to decide on the next file.
  struct Statistics {
    std::uint64_t used_bytes = 0;
    std::uint64_t max_bytes = 0;
    std::uint64_t n_data = 0;
    std::uint64_t n_fields = 0;
  };
  [[nodiscard]] Statistics statistics() const;

  [[nodiscard]] const std::string& path() const;
  [[nodiscard]] SequencePosition sequence() const;
  [[nodiscard]] std::uint64_t n_entries() const;
  [[nodiscard]] std::uint64_t head_realtime_usec() const;
  [[nodiscard]] std::uint64_t tail_realtime_usec() const;
  [[nodiscard]] std::uint64_t size_bytes() const;

 private:
  class Impl;
  explicit FileWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logq::journal
