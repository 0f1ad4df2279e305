// Journal: many journal files read as one, in journald's order (docs/file-reading.md, "Order of
// entries from several files"). Entries found in two files are shown once.
//
// Archives of directories are opened when reading comes to them, as their names say where they
// belong (docs/file-reading.md, "Archives that wait unopened"). What is damaged or misnamed and not
// come to is not noticed; an archive that is deleted before is not there.
//
// A position lies on an entry or between two. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journal/cursor.h"
#include "journal/file_reader.h"
#include "journal/match.h"
#include "journal/narrowing.h"
#include "logq/result.h"

namespace logq::journal {

// Which files of a directory are read, by their paths; an empty one takes all.
using FileFilter = std::function<bool(std::string_view path)>;

// Nothing lies between when the first is the later.
struct TimeSpan {
  std::uint64_t first_usec = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t last_usec = 0;
};

class Journal {
 public:
  // All `*.journal` and `*.journal~` files of a directory and of its machine-id subdirectories that
  // `wants` accepts. Unreadable files are reported through `on_damage` and left out; an unreadable
  // directory fails.
  static Result<std::unique_ptr<Journal>> open_directory(const std::string& directory,
                                                         DamageCallback on_damage = {},
                                                         FileFilter wants = {});
  // The same of several directories. Those that are missing are skipped, unreadable ones reported;
  // all of them, also those that appear later, are watched by watch_fd().
  static Result<std::unique_ptr<Journal>> open_directories(
      const std::vector<std::string>& directories,
      DamageCallback on_damage = {},
      FileFilter wants = {});
  // Exactly these files.
  static Result<std::unique_ptr<Journal>> open_files(const std::vector<std::string>& paths,
                                                     DamageCallback on_damage = {});
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Restricts next() and previous(); the position is lost, so seek afterwards.
  void set_match(Match match);

  // Restricts them to the entries that `narrowing` names of each file, which is asked once, when
  // reading comes to the file. Entries that a writer was not done with may be among them too.
  void narrow(Narrowing narrowing);

  void seek_head();
  void seek_tail();
  // next() then yields the first entry at or after; previous() the last one before.
  void seek_realtime(std::uint64_t realtime_usec);
  void seek_monotonic(const Id128& boot_id, std::uint64_t monotonic_usec);
  void seek_seqnum(const Id128& seqnum_id, std::uint64_t seqnum);
  // next() then yields the entry that the cursor names if it is there, else the first one behind
  // it. Of what the cursor tells, the first of these that helps is used: sequence number, monotonic
  // time in its boot, realtime.
  void seek_cursor(const Cursor& cursor);

  // Steps; false when there is no further entry (yet). After next() said false the position stays,
  // and next() finds what has been appended since process_changes().
  bool next();
  bool previous();

  // REQUIRES for all below: the last next() or previous() returned true.
  [[nodiscard]] const EntryInfo& entry() const;
  [[nodiscard]] const FileInfo& file_info() const;  // of the file that holds the entry
  // That file; it is there until process_changes(), longer where keep_needed() wants it, or the end
  // of the Journal.
  [[nodiscard]] FileReader& file() const;
  [[nodiscard]] Cursor cursor() const;
  // Whether this entry is the one that `cursor` names: all that the cursor tells holds for it.
  [[nodiscard]] bool at_cursor(const Cursor& cursor) const;
  // Payloads in stored order, those that can be read; views and span are valid until the next step
  // or process_changes().
  [[nodiscard]] std::span<const std::string_view> payloads();
  // The same one by one; the callback returns false to stop. What it does not get to is not
  // unpacked.
  void for_each_payload(const std::function<bool(std::string_view payload)>& visit);
  // The value of the first payload of `field`.
  [[nodiscard]] std::optional<std::string_view> find_value(std::string_view field);

  // Over all files, whatever the match and the position. False from the callback stops.
  // Names of all fields, sorted, each once.
  void for_each_field(const std::function<bool(std::string_view name)>& visit);
  // Distinct "FIELD=value" payloads, each once; within a file the newest value comes first. The
  // view is valid during the call. False when damage keeps some of them out of reach.
  bool for_each_unique_value(std::string_view field,
                             const std::function<bool(std::string_view payload)>& visit);

  // Following: an inotify descriptor that becomes readable when files change, appear, or go.
  Result<int> watch_fd();
  // Reads what happened, opens new files, lets go of deleted ones, refreshes the others.
  Result<void> process_changes();
  // Deleted files that have been read are not let go of while `is_needed` says so.
  void keep_needed(std::function<bool(const FileReader& file)> is_needed);

  // All of them, opened. Whether there are any that can be.
  [[nodiscard]] std::vector<FileReader*> files();
  [[nodiscard]] bool has_files() const;
  // The time they are of, as far as open files and the names of the others tell.
  [[nodiscard]] TimeSpan known_times() const;

 private:
  class Impl;
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logq::journal
