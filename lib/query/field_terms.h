// The positional arguments of a query: FIELD=VALUE terms, absolute paths, and "+" between
// alternatives (docs/protocols.md, "Matches"). Terms of one field are alternatives, different
// fields must all match, "+" separates groups of which one must match. A path stands for a few
// terms (query/path_match.h).
#pragma once

#include <span>
#include <string>

#include "journal/match.h"
#include "logq/result.h"

namespace logq::query {

// Match::all() for no terms. Looks at the file system for the paths. Fails when a term is not
// FIELD=VALUE, a path names nothing that logs, or a "+" does not stand between terms; `offset` of
// the error is then the index of the term.
[[nodiscard]] Result<journal::Match> parse_field_terms(std::span<const std::string> terms);

// That error as journalctl words it. REQUIRES: `error` is what parse_field_terms(terms) gave.
[[nodiscard]] std::string describe_term_error(std::span<const std::string> terms,
                                              const Error& error);

}  // namespace logq::query
