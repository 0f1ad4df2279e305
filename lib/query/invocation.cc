#include "query/invocation.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace logq::query {
namespace {

using journal::Match;

// Where the id of a run may stand, most trusted first.
constexpr std::array<std::string_view, 4> kInvocationFields = {
    "_SYSTEMD_INVOCATION_ID", "OBJECT_SYSTEMD_INVOCATION_ID", "INVOCATION_ID",
    "USER_INVOCATION_ID"};

}  // namespace

Match match_invocation(const Id128& id) {
  std::vector<Match> alternatives;
  for (const std::string_view field : kInvocationFields) {
    alternatives.push_back(Match::exactly(std::string(field) + "=" + id.to_string()));
  }
  return Match::any_of(std::move(alternatives));
}

std::vector<InvocationSpan> list_invocations(journal::Journal& journal, const Match& unit_match) {
  std::vector<InvocationSpan> invocations;
  std::map<Id128, std::size_t> index_of;
  journal.set_match(unit_match);
  journal.seek_head();
  while (journal.next()) {
    for (const std::string_view field : kInvocationFields) {
      const auto value = journal.find_value(field);
      const auto id = value ? Id128::parse(*value) : std::nullopt;
      if (!id) continue;
      const std::uint64_t now = journal.entry().realtime_usec;
      const auto [known, is_new] = index_of.emplace(*id, invocations.size());
      if (is_new) invocations.push_back({*id, now, now});
      invocations[known->second].last_realtime_usec = now;
      break;
    }
  }
  return invocations;
}

Result<std::optional<Id128>> select_invocation(const IdSelector& selector,
                                               const std::vector<InvocationSpan>& invocations) {
  if (selector.all) return std::nullopt;
  if (selector.id && selector.offset == 0) return selector.id;
  const Error missing = Error::make(Errc::kNotFound, "no such invocation in the journal");
  std::size_t at = 0;
  if (selector.id) {
    const auto found =
        std::find_if(invocations.begin(), invocations.end(),
                     [&](const InvocationSpan& span) { return span.id == *selector.id; });
    if (found == invocations.end()) return fail(missing);
    at = static_cast<std::size_t>(found - invocations.begin());
  }
  const std::optional<std::size_t> index = selected_index(selector, at, invocations.size());
  if (!index) return fail(missing);
  return invocations[*index].id;
}

}  // namespace logq::query
