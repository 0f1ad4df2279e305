// Filter: which entries a query wants, as said by the options of logq, and its translation to a
// match on the files.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "journal/journal.h"
#include "journal/match.h"
#include "logq/id128.h"
#include "logq/result.h"
#include "query/priority_range.h"

namespace logq::query {

// The members are joined by AND, the values of one member by OR; an empty member asks nothing.
struct Filter {
  std::vector<std::string> units;        // -u, as typed
  std::vector<std::string> identifiers;  // -t
  std::optional<PriorityRange> priorities;
  std::vector<std::string> terms;  // FIELD=VALUE and "+", see query/field_terms.h
  std::vector<Id128> boots;
};

// Globs among the units are resolved against `journal`. kNotFound when units are asked for and no
// stored unit matches any of the globs; kInvalidArgument for a bad unit name or term.
[[nodiscard]] Result<journal::Match> build_match(const Filter& filter,
                                                 journal::Journal& journal,
                                                 uid_t reader_uid);

}  // namespace logq::query
