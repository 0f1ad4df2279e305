// JournalWriter: writes entries into a directory of systemd journal files, which stock journalctl,
// libsystemd and logq::JournalReader read, also while they are written.
//
//   auto writer = logq::JournalWriter::open("/var/log/app", {});
//   if (writer) (*writer).append(std::vector<std::string_view>{"MESSAGE=hello", "PRIORITY=6"});
//
// The active file is `system.journal`. A file that is full is archived and a new one begun; the
// numbers of entries go on over all of them, and over restarts. A process that is killed loses no
// entry whose append() returned; a machine that goes down loses what came after the last sync().
// The next open() finishes what either has left. Nothing is ever deleted: vacuum with journalctl.
//
// One writer per directory: a second one gets kBusy. Functions are for one thread at a time, except
// sync(). The writer has threads of its own that prepare room, archive and wake followers; they
// block all signals and end with the object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "logq/id128.h"
#include "logq/result.h"

namespace logq {

struct JournalWriterOptions {
  // A file is archived before it grows beyond this: 512 KiB to 4 GiB, else the nearest of them.
  std::uint64_t max_file_bytes = std::uint64_t{128} << 20;
  // Payloads from `compress_threshold_bytes` on are stored with zstd where that saves room.
  bool compress = true;
  std::uint32_t compress_threshold_bytes = 512;
  // The mode of new files, before the umask.
  std::uint32_t file_mode = 0640;
};

// When an entry happened. Within a file time never runs backwards: where it does, a new one is
// begun.
struct JournalTime {
  std::uint64_t realtime_usec = 0;   // since 1970
  std::uint64_t monotonic_usec = 0;  // since boot
  Id128 boot_id;                     // of the boot that monotonic_usec counts from

  // This moment of the running boot.
  static JournalTime now();
};

// An entry of a batch: its fields, each "FIELD=value" with any bytes after the '='. Borrowed for
// the call.
struct JournalNewEntry {
  JournalTime time;
  std::span<const std::string_view> payloads;
};

class JournalWriter {
 public:
  // Opens or makes the journal in `directory`, which must exist, and recovers what an unclean stop
  // has left there. Errors: kBusy (somebody writes there), kSystem.
  static Result<JournalWriter> open(const std::string& directory,
                                    const JournalWriterOptions& options = {});
  JournalWriter(JournalWriter&&) noexcept;
  JournalWriter& operator=(JournalWriter&&) noexcept;
  // Without close() before it: as if the process had been killed; nothing is lost.
  ~JournalWriter();

  // Appends one entry and returns its number. Followers learn of it at once, or within 5 ms when
  // they were told of another less than 5 ms ago.
  // Errors: kInvalidArgument (no payload, one without a name, an implausible time), kTooLarge (fits
  // no file), kSystem (ENOSPC, EIO: nothing was appended, later calls may succeed), kClosed.
  Result<std::uint64_t> append(const JournalTime& time, std::span<const std::string_view> payloads);
  // The same, now.
  Result<std::uint64_t> append(std::span<const std::string_view> payloads);
  // Appends many, which takes less time each. Returns how many were appended: all of them, or those
  // before the first that cannot be; when that is the very first one, its error.
  Result<std::size_t> append_batch(std::span<const JournalNewEntry> entries);

  // Makes durable whatever was appended before the call. On any thread, also beside append().
  // After an error nothing is durable for certain; the next call tries again.
  Result<void> sync();
  // Archives the active file and begins a new one; nothing happens when it is empty. The archive is
  // durable when the call returns.
  Result<void> rotate();
  // Ends cleanly: everything is durable. Further calls of append() fail with kClosed.
  Result<void> close();

  struct Counters {
    std::uint64_t entries = 0;            // appended since open()
    std::uint64_t rotations = 0;          // since open()
    std::uint64_t tail_seqnum = 0;        // the number of the last entry, 0 in a new journal
    Id128 seqnum_id;                      // of the sequence these numbers belong to
    std::uint64_t recovered_entries = 0;  // by open(), after an unclean stop
  };
  [[nodiscard]] Counters counters() const;
  // Of the active file.
  [[nodiscard]] const std::string& active_path() const;

 private:
  class Impl;
  explicit JournalWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logq
