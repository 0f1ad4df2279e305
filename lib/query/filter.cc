#include "query/filter.h"

#include "base/try.h"
#include "query/field_terms.h"
#include "query/unit_match.h"
#include "wire/unit_name.h"

namespace logq::query {
namespace {

using journal::Match;

Result<Match> match_units(const std::vector<std::string>& names,
                          journal::Journal& journal,
                          uid_t reader_uid) {
  std::vector<Match> units;
  for (const std::string& name : names) {
    const std::string unit = LOGQ_TRY(wire::mangle_unit_name(name));
    if (!wire::is_unit_glob(unit)) {
      units.push_back(match_unit(unit, reader_uid));
      continue;
    }
    for (const std::string& found : resolve_unit_glob(unit, journal)) {
      units.push_back(match_unit(found, reader_uid));
    }
  }
  // Without this, a glob that names nothing would ask for everything.
  if (units.empty()) return fail(Error::make(Errc::kNotFound, "no unit matches"));
  return Match::any_of(std::move(units));
}

Match match_any(std::string_view field, const std::vector<std::string>& values) {
  std::vector<Match> alternatives;
  alternatives.reserve(values.size());
  for (const std::string& value : values) {
    alternatives.push_back(Match::exactly(std::string(field) + "=" + value));
  }
  return Match::any_of(std::move(alternatives));
}

}  // namespace

Result<Match> build_match(const Filter& filter, journal::Journal& journal, uid_t reader_uid) {
  std::vector<Match> conditions;
  if (!filter.boots.empty()) {
    std::vector<std::string> boots;
    for (const Id128& boot : filter.boots)
      boots.push_back(boot.to_string());
    conditions.push_back(match_any("_BOOT_ID", boots));
  }
  if (!filter.units.empty()) {
    conditions.push_back(LOGQ_TRY(match_units(filter.units, journal, reader_uid)));
  }
  if (!filter.identifiers.empty()) {
    conditions.push_back(match_any("SYSLOG_IDENTIFIER", filter.identifiers));
  }
  if (filter.priorities) conditions.push_back(match_priorities(*filter.priorities));
  if (!filter.terms.empty()) conditions.push_back(LOGQ_TRY(parse_field_terms(filter.terms)));

  if (conditions.empty()) return Match::all();
  if (conditions.size() == 1) return std::move(conditions.front());
  return Match::all_of(std::move(conditions));
}

}  // namespace logq::query
