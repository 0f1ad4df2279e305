// A journal of entries that are hard to show, made by stock systemd-journal-remote.
#pragma once

#include <string>

namespace logq::test {

// All priorities, missing and repeated fields, control characters, escape sequences, invalid UTF-8,
// very long values, units in every role, three boots; in the Journal Export Format.
std::string awkward_export();

// Turns an export stream into `path`; false where systemd-journal-remote is not installed.
bool make_journal(const std::string& path, const std::string& export_text);

}  // namespace logq::test
