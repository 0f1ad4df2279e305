#include "query/field_terms.h"

#include <map>
#include <string_view>
#include <vector>

#include "query/payload.h"

namespace logq::query {
namespace {

using journal::Match;

Error bad_term(std::size_t index, Literal what) {
  Error error = Error::make(Errc::kInvalidArgument, what);
  error.offset = index;
  return error;
}

// The terms between two "+".
class Group {
 public:
  void add(std::string_view field, const std::string& term) {
    alternatives_[std::string(field)].push_back(Match::exactly(term));
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

  std::vector<Match> groups;
  Group group;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (terms[i] == "+") {
      if (group.empty()) return fail(bad_term(i, "\"+\" can only be used between terms"));
      groups.push_back(group.take());
      continue;
    }
    const std::optional<Payload> term = split_payload(terms[i]);
    if (!term || term->name.starts_with("__")) {
      return fail(bad_term(i, "not of the form FIELD=VALUE"));
    }
    group.add(term->name, terms[i]);
  }
  if (group.empty()) {
    return fail(bad_term(terms.size() - 1, "\"+\" can only be used between terms"));
  }
  groups.push_back(group.take());
  return Match::any_of(std::move(groups));
}

}  // namespace logq::query
