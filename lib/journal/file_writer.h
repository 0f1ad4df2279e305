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

#include "journal/compression.h"
#include "journal/format.h"
#include "logq/id128.h"
#include "logq/result.h"

namespace logq::journal {

// Where a sequence of entries stands: a new file continues after `tail_seqnum` of `seqnum_id`.
// A null seqnum_id starts a new sequence, named after the new file.
struct SequencePosition {
  Id128 seqnum_id;
  std::uint64_t tail_seqnum = 0;
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
  mode_t mode = 0640;
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
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter();

  // Appends one entry of "FIELD=value" payloads and returns its sequence number. Payloads are
  // deduplicated; identical repeats within an entry are stored once.
  //
  // Errors: kFull (no room, or time went backwards within the file: rotate and retry),
  // kInvalidArgument (no payload, a payload without a name, an implausible time or null boot id),
  // kTooLarge (can fit no file), kSystem (ENOSPC, EIO), kClosed (after close or archive), kCorrupt
  // (a reopened file is damaged inside, or pages of the file were lost
  // under us: rotate and retry). After an error the file is as before,
  // unused objects aside.
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

  // Makes everything appended visible to readers, in the order readers rely on.
  void publish();
  // Fires IN_MODIFY for followers (an ftruncate to the current size).
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
