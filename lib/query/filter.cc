#include "query/filter.h"

#include <pwd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/try.h"
#include "query/field_terms.h"
#include "query/invocation.h"
#include "query/unit_match.h"
#include "wire/unit_name.h"

namespace logq::query {
namespace {

using journal::Match;

std::optional<uid_t> uid_of(const char* user) {
  std::array<char, 4096> buffer{};
  struct passwd entry {};
  struct passwd* found = nullptr;
  if (::getpwnam_r(user, &entry, buffer.data(), buffer.size(), &found) != 0) return std::nullopt;
  if (found == nullptr) return std::nullopt;
  return entry.pw_uid;
}

UnitSources unit_sources(const FilterContext& context) {
  UnitSources sources;
  sources.reader_uid = context.reader_uid;
  sources.restrict_coredumps = !context.named_source;
  if (sources.restrict_coredumps) sources.coredump_uid = uid_of("systemd-coredump");
  return sources;
}

// The units that `names`, as typed, mean: names as they are, globs by what occurs.
Result<std::vector<std::string>> resolve_units(const std::vector<std::string>& names,
                                               std::span<const std::string_view> fields,
                                               journal::Journal& journal) {
  std::vector<std::string> units;
  std::vector<std::string> globs;
  for (const std::string& name : names) {
    std::string unit = LOGQ_TRY(wire::mangle_unit_name(name));
    (wire::is_unit_glob(unit) ? globs : units).push_back(std::move(unit));
  }
  for (std::string& unit : resolve_unit_globs(globs, fields, journal))
    units.push_back(std::move(unit));
  return units;
}

Result<Match> match_units(const Filter& filter,
                          journal::Journal& journal,
                          const FilterContext& context) {
  const UnitSources sources = unit_sources(context);
  std::vector<Match> units;
  for (const auto& unit : LOGQ_TRY(resolve_units(filter.units, unit_fields(), journal))) {
    units.push_back(match_unit(unit, sources));
  }
  for (const auto& unit : LOGQ_TRY(resolve_units(filter.user_units, user_unit_fields(), journal))) {
    units.push_back(match_user_unit(unit, sources));
  }
  // Without this, a glob that names nothing would ask for everything.
  if (units.empty()) return fail(Error::make(Errc::kNotFound, "no unit matches"));
  return Match::any_of(std::move(units));
}

// One of `values`, each turned into text by `to_text`.
template <typename Values, typename ToText>
Match match_any(std::string_view field, const Values& values, ToText to_text) {
  std::vector<Match> alternatives;
  alternatives.reserve(values.size());
  for (const auto& value : values) {
    std::string match(field);
    match.append("=").append(to_text(value));
    alternatives.push_back(Match::exactly(std::move(match)));
  }
  return Match::any_of(std::move(alternatives));
}

Match match_invocations(const std::vector<Id128>& ids) {
  std::vector<Match> alternatives;
  for (const Id128& id : ids)
    alternatives.push_back(match_invocation(id));
  return Match::any_of(std::move(alternatives));
}

}  // namespace

Result<Match> build_match(const Filter& filter,
                          journal::Journal& journal,
                          const FilterContext& context) {
  const auto id_text = [](const Id128& id) { return id.to_string(); };
  const auto number_text = [](int number) { return std::to_string(number); };
  std::vector<Match> conditions;
  if (!filter.boots.empty()) conditions.push_back(match_any("_BOOT_ID", filter.boots, id_text));
  if (filter.kernel) conditions.push_back(Match::exactly("_TRANSPORT=kernel"));
  if (!filter.units.empty() || !filter.user_units.empty()) {
    conditions.push_back(LOGQ_TRY(match_units(filter, journal, context)));
  }
  if (!filter.invocations.empty()) conditions.push_back(match_invocations(filter.invocations));
  if (!filter.identifiers.empty()) {
    conditions.push_back(
        match_any("SYSLOG_IDENTIFIER", filter.identifiers, [](const auto& text) { return text; }));
  }
  if (filter.priorities) conditions.push_back(match_priorities(*filter.priorities));
  if (!filter.facilities.empty()) {
    conditions.push_back(match_any("SYSLOG_FACILITY", filter.facilities, number_text));
  }
  if (!filter.terms.empty()) conditions.push_back(LOGQ_TRY(parse_field_terms(filter.terms)));

  if (conditions.empty()) return Match::all();
  if (conditions.size() == 1) return std::move(conditions.front());
  return Match::all_of(std::move(conditions));
}

std::string describe_filter_error(const Filter& filter, const Error& error) {
  if (error.code == Errc::kNotFound) return "Failed to add filter for units: No data available";
  // A bad unit name and a bad term look alike; the terms tell.
  const auto terms = parse_field_terms(filter.terms);
  if (!terms) return describe_term_error(filter.terms, terms.error());
  return "Failed to add filter for units: Invalid argument";
}

bool is_excluded(const Filter& filter, std::optional<std::string_view> identifier) {
  if (!identifier) return false;
  const auto& excluded = filter.excluded_identifiers;
  return std::find(excluded.begin(), excluded.end(), *identifier) != excluded.end();
}

}  // namespace logq::query
