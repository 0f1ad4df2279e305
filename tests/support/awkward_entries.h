// A journal of entries that are hard to show, made by stock systemd-journal-remote.
#pragma once

#include <string>

#include "support/child_process.h"

namespace logq::test {

// All priorities, missing and repeated fields, control characters, escape sequences, invalid UTF-8,
// very long values, units in every role, odd origins, four boots on two machines; in the Journal
// Export Format.
std::string awkward_export();

// Sixty plain entries of a user whose times lie between those of the first boot above.
std::string awkward_user_export();

// Turns an export stream into `path`; false where systemd-journal-remote is not installed.
// `variant` is its environment, such as {{"SYSTEMD_JOURNAL_COMPACT", "0"}}.
bool make_journal(const std::string& path,
                  const std::string& export_text,
                  const Environment& variant = {});

}  // namespace logq::test
