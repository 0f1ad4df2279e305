// What the conformance tests ask of journal files: that all readers find the same entries in them,
// from every kind of seek and in both directions.
#pragma once

#include <string>
#include <vector>

#include "journal/walker.h"

namespace logq::journal::test {

// The entries of one file as libsystemd shows them, oldest first.
std::vector<ShownEntry> entries_by_libsystemd(const std::string& path);

// The checks below are of the file at `path`, whose entries are `entries`; each reports what
// differs as failures of the running test.
void expect_same_entries(const std::string& path, const std::vector<ShownEntry>& entries);
void expect_same_look_ups(const std::string& path, const std::vector<ShownEntry>& entries);
void expect_same_seeks(const std::string& path, const std::vector<ShownEntry>& entries);
void expect_same_matches(const std::string& path, const std::vector<ShownEntry>& entries);
void expect_same_values(const std::string& path, const std::vector<ShownEntry>& entries);
// By the program: -o export, forward and backward.
void expect_same_export(const std::string& path, const std::vector<ShownEntry>& entries);

}  // namespace logq::journal::test
