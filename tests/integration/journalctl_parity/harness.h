// Runs one command line with logq and with stock journalctl 252 and compares what they do.
//
// A command line is written as typed, words separated by blanks, with 'single quotes' where a word
// has some itself. In it
//   $NAME=VALUE   sets an environment variable (default: C.UTF-8, Europe/Berlin, no colours)
//   {dir}         is the directory of the set; where no source is named, `-D {dir}` is added in
//   front,
//                 unless the set is read as the journal of this machine
//   {root}        is the root directory of such a set
//   {as:UID}      runs it as that user
//   {tmp}         is an empty directory of this invocation and program
//   {few}         is `-n 300` for the large set and nothing for the others
//   {cursor:P} {epoch:P} {time:P} {boot:P}
//                 describe the entry that lies P percent into the set (100: the last one): its
//                 cursor, @SECONDS.MICROS, "YYYY-MM-DD HH:MM:SS" in UTC, its boot id
#pragma once

#include <string>
#include <vector>

#include "support/journal_sets.h"

namespace logq::test {

// One set serves all tests of a process.
const JournalSet& shared_set(SetKind kind);

struct Comparison {
  bool equal = false;
  std::string report;  // the command and the first difference
};

// Compares standard output and exit status, and stderr where the invocation is a --verify, all as
// masked by support/journalctl_masks.h; cursor files too.
Comparison compare_with_journalctl(const JournalSet& set, const std::string& text);

// Expects it to be equal, or not to be where differences.h has a reason.
void expect_parity(SetKind kind, const std::string& text);

}  // namespace logq::test
