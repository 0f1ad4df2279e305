// Entries that are hard to keep and to find again, for the conformance tests: four boots, equal
// and repeated times, entries that differ in nothing but their number, values of 1 byte to 100 KB,
// binary and compressible ones around every threshold, repeated fields, many fields in one entry,
// and values that hundreds of entries share, so that chains have several arrays.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "journal/file_writer.h"

namespace logq::journal::test {

struct SourceEntry {
  EntryTime time;
  std::vector<std::string> payloads;  // with _BOOT_ID
};

// About 420 entries, oldest first, times never going backwards within a boot.
std::vector<SourceEntry> hard_entries();

// In the Journal Export Format.
std::string to_export(const std::vector<SourceEntry>& entries);

}  // namespace logq::journal::test
