// Which entries belong to a unit: the meaning of -u and --user-unit (docs/protocols.md, "Matches").
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.h"
#include "journal/match.h"

namespace logq::query {

// Whose entries about a unit are believed.
struct UnitSources {
  uid_t reader_uid = 0;
  // Whose core dumps: systemd-coredump's uid, which differs between machines. Without `restrict`
  // anybody's.
  std::optional<uid_t> coredump_uid = std::nullopt;
  bool restrict_coredumps = true;
};

// What the unit itself logged, and what the service manager, daemons of root and systemd-coredump
// logged about it. Entries of the reader about the unit count as well, for services that a user
// runs under his own logq-run.
[[nodiscard]] journal::Match match_unit(const std::string& unit, const UnitSources& sources);

// The same for a unit of the reader's own service manager.
[[nodiscard]] journal::Match match_user_unit(const std::string& unit, const UnitSources& sources);

// The fields in which the name of a unit may stand; globs are matched against their values.
[[nodiscard]] std::span<const std::string_view> unit_fields();
[[nodiscard]] std::span<const std::string_view> user_unit_fields();

// The units that any of `globs` names, from the values of `fields` stored in the files; sorted.
[[nodiscard]] std::vector<std::string> resolve_unit_globs(std::span<const std::string> globs,
                                                          std::span<const std::string_view> fields,
                                                          journal::Journal& journal);

}  // namespace logq::query
