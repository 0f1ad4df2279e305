// The positional arguments of a query: FIELD=VALUE terms, and "+" between alternatives
// (docs/protocols.md, "Matches"). Terms of one field are alternatives, different fields must all
// match, "+" separates groups of which one must match.
#pragma once

#include <span>
#include <string>

#include "journal/match.h"
#include "logq/result.h"

namespace logq::query {

// Match::all() for no terms. kInvalidArgument when a term is not FIELD=VALUE or a "+" does not
// stand between terms; `offset` of the error is then the index of the term.
[[nodiscard]] Result<journal::Match> parse_field_terms(std::span<const std::string> terms);

}  // namespace logq::query
