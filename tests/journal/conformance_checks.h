// What the conformance tests ask of journal files: that all readers find the same entries in them,
// from every kind of seek and in both directions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "journal/conformance_entries.h"
#include "journal/walker.h"

namespace logq::journal::test {

// The entries of one file as libsystemd shows them, oldest first.
std::vector<ShownEntry> entries_by_libsystemd(const std::string& path);

// The checks below report what differs as failures of the running test.

// What must be found, from what was written alone: as many entries, of these times, hashes and
// numbers, with these payloads in any order, each once.
void expect_written(const std::vector<ShownEntry>& entries,
                    std::span<const SourceEntry> written,
                    std::uint64_t (*seqnum_of)(std::size_t i));

// Of the file at `path`, whose entries are `entries`:
void expect_same_entries(const std::string& path, const std::vector<ShownEntry>& entries);
void expect_same_look_ups(const std::string& path, const std::vector<ShownEntry>& entries);
void expect_same_seeks(const std::string& path, const std::vector<ShownEntry>& entries);
void expect_same_matches(const std::string& path, const std::vector<ShownEntry>& entries);
void expect_same_values(const std::string& path, const std::vector<ShownEntry>& entries);
// By the program: -o export, forward and backward.
void expect_same_export(const std::string& path, const std::vector<ShownEntry>& entries);

// All of these, of the entries that libsystemd shows.
void expect_read_alike_by_all(const std::string& path);
// Entries, seeks and matches, of the reader that other programs use.
void expect_read_alike_by_journal_reader(const std::string& path);

}  // namespace logq::journal::test
