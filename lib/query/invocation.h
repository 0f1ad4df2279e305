// Which run of a unit --invocation means (query/id_selector.h has the grammar), and the runs that
// the files know of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "journal/journal.h"
#include "journal/match.h"
#include "logq/id128.h"
#include "logq/result.h"
#include "query/id_selector.h"

namespace logq::query {

struct InvocationSpan {
  Id128 id;
  std::uint64_t first_realtime_usec = 0;
  std::uint64_t last_realtime_usec = 0;
};

// The runs that have entries matching `unit_match`, by their first entries, oldest first, in the
// order of the journal. Reads each of these entries once, about a microsecond each, because runs
// may overlap: a coredump is told of after the next run has begun. The position and the match of
// `journal` are lost.
[[nodiscard]] std::vector<InvocationSpan> list_invocations(journal::Journal& journal,
                                                           const journal::Match& unit_match);

// One of them; nothing for "all". An id without an offset is taken as it is. kNotFound when there
// is no such run.
[[nodiscard]] Result<std::optional<Id128>> select_invocation(
    const IdSelector& selector, const std::vector<InvocationSpan>& invocations);

// Entries of one run: what it logged and what was logged about it.
[[nodiscard]] journal::Match match_invocation(const Id128& id);

}  // namespace logq::query
