// Everything a journal file may be asked for, as operations by name: for the fuzz target of the
// reader, which runs all of them on one file, and for the damage tests, which count the work of
// each. Every byte that an operation hands out is looked at, for the sanitizers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "journal/cursor.h"
#include "journal/journal.h"

namespace logq::fuzz {

// What an operation looks for. Taken from the file itself, so that it is found where it is sound.
struct Probe {
  journal::Cursor cursor;             // all of its parts are set
  std::vector<std::string> payloads;  // at most three, "FIELD=value"
  std::string field = "MESSAGE";
};

// Reads some entries from the beginning and takes one of them; `choice` says which, and by its
// upper bits makes the numbers sought other ones than those that are there.
Probe choose_probe(journal::Journal& journal, std::uint64_t choice);

struct Seen {
  std::uint64_t entries = 0;
  std::uint64_t payloads = 0;
  std::uint64_t checksum = 0;  // of all that was handed out
};

struct JournalOperation {
  const char* name;
  Seen (*run)(journal::Journal& journal, const Probe& probe);
};

// On an open journal: walks, seeks, matches, fields and values, boots.
std::span<const JournalOperation> journal_operations();

Seen walk_forward(journal::Journal& journal);
Seen walk_backward(journal::Journal& journal);

}  // namespace logq::fuzz
