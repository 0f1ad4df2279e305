// Walker: a position in journal files as a test moves it, whoever reads them: our readers,
// libsystemd, or a model that holds the entries in memory and says in few lines what is right.
//
// What all walkers mean:
// - a seek puts the position between two entries: just before the first one that is not earlier
//   than the place; next() yields that one, previous() the one before it;
// - after a step the position is on the entry; a step that finds none leaves it where it is.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "journal/cursor.h"
#include "journal/match.h"
#include "logq/id128.h"

namespace logq::journal::test {

struct Place {
  enum class Kind : std::uint8_t { kHead, kTail, kRealtime, kMonotonic, kSeqnum, kCursor };
  Kind kind = Kind::kHead;
  std::uint64_t number = 0;  // microseconds, or a sequence number
  Id128 id;                  // of the boot, or of the sequence
  std::string cursor;

  static Place head() { return {}; }
  static Place tail() { return {.kind = Kind::kTail, .number = 0, .id = {}, .cursor = {}}; }
  static Place realtime(std::uint64_t usec) {
    return {.kind = Kind::kRealtime, .number = usec, .id = {}, .cursor = {}};
  }
  static Place monotonic(const Id128& boot, std::uint64_t usec) {
    return {.kind = Kind::kMonotonic, .number = usec, .id = boot, .cursor = {}};
  }
  static Place seqnum(const Id128& sequence, std::uint64_t n) {
    return {.kind = Kind::kSeqnum, .number = n, .id = sequence, .cursor = {}};
  }
  static Place at(std::string cursor) {
    return {.kind = Kind::kCursor, .number = 0, .id = {}, .cursor = std::move(cursor)};
  }
  [[nodiscard]] std::string to_string() const;
};

// Which entries are wanted, in journalctl's words: terms of one field are alternatives, terms of
// different fields must all hold; "+" begins an alternative, "&" another condition.
using Wanted = std::vector<std::string>;
[[nodiscard]] Match to_match(const Wanted& wanted);

struct ShownEntry {
  std::string cursor;
  std::uint64_t realtime_usec = 0;
  std::uint64_t monotonic_usec = 0;
  Id128 boot_id;
  std::vector<std::string> payloads;  // in stored order
  friend bool operator==(const ShownEntry&, const ShownEntry&) = default;
};

class Walker {
 public:
  virtual ~Walker() = default;

  [[nodiscard]] virtual std::string name() const = 0;
  // Whether it is to be compared after a seek, when the first step should reach `first`.
  [[nodiscard]] virtual bool answers(const Place& /*place*/, const std::string& /*first*/) {
    return true;
  }
  virtual void want(const Wanted& wanted) = 0;  // seek afterwards
  virtual void seek(const Place& place) = 0;
  virtual bool next() = 0;
  virtual bool previous() = 0;

  // REQUIRES for these: the last step found an entry.
  virtual std::string cursor() = 0;
  virtual ShownEntry shown() = 0;
  virtual bool is_at(const std::string& cursor) = 0;

  // Takes notice of what a writer has done since; waits for it some milliseconds.
  virtual void refresh() = 0;
};

// Steps of `moves` ('n' next, 'p' previous) from a place: the cursors reached, "" for no entry.
std::vector<std::string> walk(Walker& walker, const Place& place, std::string_view moves);
std::vector<ShownEntry> read_all(Walker& walker, Place from, char move);

// The entries of one file, in its order.
std::unique_ptr<Walker> walk_model(std::vector<ShownEntry> entries);
// Of our reader; any damage it reports is an exception.
std::unique_ptr<Walker> walk_journal(const std::vector<std::string>& paths);
std::unique_ptr<Walker> walk_journal_in(const std::string& directory);
// The same of what other programs see of it: logq/journal_reader.h.
std::unique_ptr<Walker> walk_journal_reader(const std::vector<std::string>& paths);

}  // namespace logq::journal::test
