// JournalReader: reads journal files, those of this project and those of systemd-journald alike,
// live ones included; many files as one, in journalctl's order, entries found in two files once.
//
//   auto reader = logq::JournalReader::open_directory("/var/log/journal");
//   if (!reader) return complain(reader.error().message());
//   reader->seek_realtime(since_usec);
//   while (reader->next())
//     for (const std::string_view payload : reader->payloads()) use(payload);
//
// Times are in microseconds: realtime since 1970 (UTC), monotonic since the boot that `boot_id`
// names began.
//
// A position lies on an entry or between two. A new reader stands before the first entry; a seek
// takes effect with the next step. Nothing is allocated per entry unless a value is compressed, and
// then only until the buffers have grown to the largest one.
//
// Damage: nothing in a file is trusted. What cannot be read is told to JournalReaderOptions::
// on_damage, each place once, and passed over; steps do not fail.
//
// A reader is not thread-safe; distinct readers, of the same files too, may be used in parallel.
// Truncating a file below what its reader has seen raises SIGBUS, as with every mapped file;
// journal writers never do that.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logq/id128.h"
#include "logq/result.h"

namespace logq {

namespace journal {
class Journal;
struct Match;
}  // namespace journal

// What an entry says of itself, beside its fields.
struct JournalEntry {
  Id128 seqnum_id;           // the sequence that `seqnum` counts in: one per machine, mostly
  std::uint64_t seqnum = 0;  // never 0
  std::uint64_t realtime_usec = 0;
  std::uint64_t monotonic_usec = 0;
  Id128 boot_id;
  std::uint64_t xor_hash = 0;  // over its payloads; tells entries of equal number and time apart
};

// A place where a file, or a directory, could not be read.
struct JournalDamage {
  std::string path;
  std::uint64_t offset = 0;  // in the file; 0 when it is the file as a whole
  std::string reason;        // one line: "corrupt at 0x1a40: object is cut off"
};

// Which entries are wanted: a tree of "and" and "or" over exact values of fields. Found through the
// index of each file. A value; copies share their terms.
class JournalMatch {
 public:
  JournalMatch();  // every entry
  // Entries that have this value for this field (among others, if the field occurs repeatedly).
  static JournalMatch field(std::string_view name, std::string_view value);
  static JournalMatch all_of(const std::vector<JournalMatch>& operands);  // of none: every entry
  static JournalMatch any_of(const std::vector<JournalMatch>& operands);  // of none: every entry
  // As the arguments of journalctl: "FIELD=value" terms, of which those of one field are
  // alternatives and those of different fields must all hold; "+" begins another alternative.
  // Errors: kInvalidArgument (no "=", no name before it, or nothing beside a "+").
  static Result<JournalMatch> parse(std::span<const std::string_view> terms);

 private:
  friend class JournalReader;
  explicit JournalMatch(journal::Match match);
  std::shared_ptr<const journal::Match> match_;  // never null
};

struct JournalReaderOptions {
  // Told about damage, from within whatever call finds it. It must not use the reader.
  std::function<void(const JournalDamage& damage)> on_damage;
  // Which files of a directory are read, by their paths; without it all are.
  std::function<bool(std::string_view path)> wants;
};

class JournalReader {
 public:
  // All `*.journal` and `*.journal~` files of a directory and of its machine-id subdirectories.
  // Errors: kSystem (the directory cannot be read). Files that cannot be read are damage.
  static Result<JournalReader> open_directory(const std::string& directory,
                                              JournalReaderOptions options = {});
  // The same of several directories. Missing ones are skipped and read once they appear, while
  // following; unreadable ones are damage.
  static Result<JournalReader> open_directories(const std::vector<std::string>& directories,
                                                JournalReaderOptions options = {});
  // Exactly these files; `options.wants` is not asked. Errors: that of the first file, when not
  // one of them can be read.
  static Result<JournalReader> open_files(const std::vector<std::string>& paths,
                                          JournalReaderOptions options = {});
  JournalReader(JournalReader&&) noexcept;  // what was moved from may only be destroyed or assigned
  JournalReader& operator=(JournalReader&&) noexcept;
  ~JournalReader();

  // Restricts the steps to matching entries. The position is lost: seek afterwards, or begin at the
  // head.
  void set_match(const JournalMatch& match);

  // Before the first entry, and behind the last that is there at the next step.
  void seek_head();
  void seek_tail();
  // For all below: next() then yields the first entry at or after the place, previous() the last
  // one before it.
  void seek_realtime(std::uint64_t realtime_usec);
  // With time 0: to the beginning of a boot.
  void seek_monotonic(const Id128& boot_id, std::uint64_t monotonic_usec);
  void seek_seqnum(const Id128& seqnum_id, std::uint64_t seqnum);
  // To the entry that a cursor() names; where it is gone, to where it would be. Cursors of
  // journalctl are understood. Errors: kInvalidArgument (not a cursor; the position stays).
  Result<void> seek_cursor(std::string_view cursor);

  // One entry on, or back; false when there is none (yet). The position then stays, so that next()
  // finds what process_changes() brings.
  bool next();
  bool previous();

  // REQUIRES for all up to at_cursor(): the last step returned true.
  // Views and references are valid until the next step, seek, set_match or process_changes(), and
  // die with the reader.
  [[nodiscard]] const JournalEntry& entry() const;
  // "FIELD=value", in stored order; values may hold any bytes. What cannot be read is damage and
  // left out.
  [[nodiscard]] std::span<const std::string_view> payloads();
  // Of the first payload of this field; nothing when there is none.
  [[nodiscard]] std::optional<std::string_view> value(std::string_view field);
  // A name of this entry for seek_cursor(), in journalctl's form. Allocates.
  [[nodiscard]] std::string cursor() const;
  // Whether this entry is the one that `cursor` names. Errors: kInvalidArgument (not a cursor).
  [[nodiscard]] Result<bool> at_cursor(std::string_view cursor) const;

  // From the index of all files, whatever the match and the position; neither is changed. False
  // from `visit` stops. The views are valid during the call of `visit` only.
  // The names of all fields, sorted, each once:
  void for_each_field(const std::function<bool(std::string_view name)>& visit);
  // The distinct values of a field, each once:
  void for_each_value(std::string_view field,
                      const std::function<bool(std::string_view value)>& visit);

  // Following. The descriptor (of inotify; it belongs to the reader) becomes readable when files
  // change, appear or go; process_changes() then takes notice of it, and next() goes on.
  // Call watch_fd() before the steps, so that nothing falls between. Errors: kSystem.
  Result<int> watch_fd();
  Result<void> process_changes();

 private:
  struct Impl;
  explicit JournalReader(std::unique_ptr<Impl> impl);
  static Result<JournalReader> made_of(Result<std::unique_ptr<journal::Journal>> journal);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logq
