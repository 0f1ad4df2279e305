#include "query/field_terms.h"

#include <string.h>

#include <map>
#include <string_view>
#include <vector>

#include "query/path_match.h"
#include "query/payload.h"

namespace logq::query {
namespace {

using journal::Match;

constexpr Literal kMisplacedPlus = "\"+\" can only be used between terms";

Error at_term(std::size_t index, Error error) {
  error.offset = index;
  return error;
}

bool is_path(std::string_view term) {
  return term.starts_with('/');
}

// The terms between two "+".
class Group {
 public:
  // False when `term` is not FIELD=VALUE.
  bool add(const std::string& term) {
    const std::optional<Payload> parts = split_payload(term);
    if (!parts || parts->name.starts_with("__")) return false;
    alternatives_[std::string(parts->name)].push_back(Match::exactly(term));
    return true;
  }

  Result<void> add_path(const std::string& path) {
    const Result<std::vector<std::string>> terms = terms_of_path(path);
    if (!terms) return fail(terms.error());
    for (const std::string& term : *terms)
      add(term);
    return {};
  }

  [[nodiscard]] bool empty() const { return alternatives_.empty(); }

  Match take() {
    std::vector<Match> fields;
    for (auto& [field, alternatives] : alternatives_) {
      fields.push_back(Match::any_of(std::move(alternatives)));
    }
    alternatives_.clear();
    return Match::all_of(std::move(fields));
  }

 private:
  std::map<std::string, std::vector<Match>> alternatives_;
};

}  // namespace

Result<Match> parse_field_terms(std::span<const std::string> terms) {
  if (terms.empty()) return Match::all();

  const Error misplaced = Error::make(Errc::kInvalidArgument, kMisplacedPlus);
  std::vector<Match> groups;
  Group group;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (terms[i] == "+") {
      if (group.empty()) return fail(at_term(i, misplaced));
      groups.push_back(group.take());
    } else if (is_path(terms[i])) {
      const Result<void> added = group.add_path(terms[i]);
      if (!added) return fail(at_term(i, added.error()));
    } else if (!group.add(terms[i])) {
      return fail(at_term(i, Error::make(Errc::kInvalidArgument, "not of the form FIELD=VALUE")));
    }
  }
  if (group.empty()) return fail(at_term(terms.size() - 1, misplaced));
  groups.push_back(group.take());
  return Match::any_of(std::move(groups));
}

std::string describe_term_error(std::span<const std::string> terms, const Error& error) {
  const std::string& term = terms[error.offset];
  if (term == "+") return std::string(kMisplacedPlus.text);
  if (!is_path(term)) return "Failed to add match '" + term + "': Invalid argument";
  if (error.code == Errc::kSystem) {
    return "Couldn't canonicalize path: " + std::string(::strerror(error.sys_errno));
  }
  return "File is neither a device node, nor regular file, nor executable: " + term;
}

}  // namespace logq::query
