// Sets of journal files on which logq is compared with journalctl, one directory each.
//
//   kJournald: written by a private stock journald 252: native, stream and syslog input, two
//   archives kLogqd: the same input taken by a private logqd of this build kNoRtc: the seven
//   journals of a real machine without a clock; three of them are damaged kAwkward:
//   awkward_entries.h, as written by systemd-journal-remote kMachine: all that machine_tree.h
//   tells, read as the journal of this machine
//
// The collectors have stopped when a set is handed out: its files do not change any more. The
// directory lives as long as the set.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "support/temp_dir.h"

namespace logq::test {

enum class SetKind : std::uint8_t { kJournald, kLogqd, kNoRtc, kAwkward, kMachine };
inline constexpr SetKind kAllSets[] = {SetKind::kJournald, SetKind::kLogqd, SetKind::kNoRtc,
                                       SetKind::kAwkward, SetKind::kMachine};

const char* set_name(SetKind kind);  // a C identifier, for names of tests

// Where an entry lies, as journalctl tells it.
struct EntryAddress {
  std::string cursor;
  std::string boot_id;
  std::uint64_t realtime_usec = 0;
};

struct JournalSet {
  std::string missing;    // why it cannot be had here; "" when it is there
  std::string directory;  // of the journal files
  std::string intact;     // of links to those that are not damaged, where some are
  // That has the machine's var/log/journal and run/log/journal, where no directory is named; "" for
  // a set whose directory always is.
  std::string root;
  // What lives where those are found, for words_to_read().
  pid_t inside = 0;
  std::vector<EntryAddress> entries;  // in journalctl's order, oldest first
  std::shared_ptr<void> keeper;       // whose end removes the directory
};

// The words to put before a command so that it finds the journals below the root of a set where
// those of the host are: in the set's own mount namespace, which only root may make and enter. With
// a `uid` it runs as that user, without a home.
std::vector<std::string> words_to_read(const JournalSet& set, const std::string& uid = "");

// Makes one. Needs journalctl; an oracle that fails is an exception.
JournalSet make_journal_set(SetKind kind);

}  // namespace logq::test
