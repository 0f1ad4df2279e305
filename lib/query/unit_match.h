// Which entries belong to a unit: the meaning of -u (docs/protocols.md, "Matches").
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "journal/journal.h"
#include "journal/match.h"

namespace logq::query {

// What the unit itself logged, and what the service manager, daemons of root and systemd-coredump
// logged about it. Entries of `reader_uid` about the unit count as well, for services that a user
// runs under his own logq-run.
[[nodiscard]] journal::Match match_unit(const std::string& unit, uid_t reader_uid);

// The units that `glob` names, from the values stored in the files.
[[nodiscard]] std::vector<std::string> resolve_unit_glob(const std::string& glob,
                                                         journal::Journal& journal);

}  // namespace logq::query
