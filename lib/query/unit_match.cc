#include "query/unit_match.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <set>

namespace logq::query {
namespace {

using journal::Match;

// The message id of systemd-coredump's entries.
constexpr const char* kCoredumpMessage = "MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1";
constexpr std::array<std::string_view, 5> kUnitFields = {
    "_SYSTEMD_UNIT", "UNIT", "OBJECT_SYSTEMD_UNIT", "COREDUMP_UNIT", "_SYSTEMD_SLICE"};
constexpr std::array<std::string_view, 5> kUserUnitFields = {
    "_SYSTEMD_USER_UNIT", "USER_UNIT", "OBJECT_SYSTEMD_USER_UNIT", "COREDUMP_USER_UNIT",
    "_SYSTEMD_USER_SLICE"};

Match both(std::string first, std::string second) {
  return Match::all_of({Match::exactly(std::move(first)), Match::exactly(std::move(second))});
}

std::string uid_term(uid_t uid) {
  return "_UID=" + std::to_string(uid);
}

Match match_coredumps(const std::string& unit, const UnitSources& sources) {
  std::vector<Match> conditions = {Match::exactly(kCoredumpMessage)};
  if (sources.restrict_coredumps) {
    std::vector<Match> senders;
    if (sources.coredump_uid) senders.push_back(Match::exactly(uid_term(*sources.coredump_uid)));
    senders.push_back(Match::exactly(uid_term(0)));
    conditions.push_back(Match::any_of(std::move(senders)));
  }
  conditions.push_back(Match::exactly("COREDUMP_UNIT=" + unit));
  return Match::all_of(std::move(conditions));
}

}  // namespace

Match match_unit(const std::string& unit, const UnitSources& sources) {
  const std::string about = "UNIT=" + unit;
  const std::string object = "OBJECT_SYSTEMD_UNIT=" + unit;
  std::vector<Match> alternatives;
  alternatives.push_back(Match::exactly("_SYSTEMD_UNIT=" + unit));
  // The service manager: journalctl before 260 knows it by its PID, later by its control group.
  alternatives.push_back(both("_PID=1", about));
  alternatives.push_back(both("_SYSTEMD_CGROUP=/init.scope", about));
  alternatives.push_back(both(uid_term(0), object));
  alternatives.push_back(match_coredumps(unit, sources));
  if (unit.ends_with(".slice")) alternatives.push_back(Match::exactly("_SYSTEMD_SLICE=" + unit));
  if (sources.reader_uid != 0) alternatives.push_back(both(uid_term(sources.reader_uid), object));
  return Match::any_of(std::move(alternatives));
}

Match match_user_unit(const std::string& unit, const UnitSources& sources) {
  const std::string reader = uid_term(sources.reader_uid);
  const std::string object = "OBJECT_SYSTEMD_USER_UNIT=" + unit;
  const std::string coredump = "COREDUMP_USER_UNIT=" + unit;
  std::vector<Match> alternatives;
  alternatives.push_back(both("_SYSTEMD_USER_UNIT=" + unit, reader));
  alternatives.push_back(both("USER_UNIT=" + unit, reader));
  alternatives.push_back(both(object, reader));
  alternatives.push_back(both(coredump, reader));
  if (sources.reader_uid != 0) {
    alternatives.push_back(both(object, uid_term(0)));
    alternatives.push_back(both(coredump, uid_term(0)));
  }
  if (unit.ends_with(".slice")) alternatives.push_back(both("_SYSTEMD_USER_SLICE=" + unit, reader));
  return Match::any_of(std::move(alternatives));
}

std::span<const std::string_view> unit_fields() {
  return kUnitFields;
}

std::span<const std::string_view> user_unit_fields() {
  return kUserUnitFields;
}

std::vector<std::string> resolve_unit_globs(std::span<const std::string> globs,
                                            std::span<const std::string_view> fields,
                                            journal::Journal& journal) {
  if (globs.empty()) return {};
  std::set<std::string> units;
  const auto is_named = [&](const std::string& value) {
    return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
      return ::fnmatch(glob.c_str(), value.c_str(), FNM_NOESCAPE) == 0;
    });
  };
  for (journal::FileReader* file : journal.files()) {
    for (const std::string_view field : fields) {
      file->for_each_value(field, [&](std::string_view payload) {
        if (payload.size() <= field.size()) return true;
        std::string value(payload.substr(field.size() + 1));
        if (is_named(value)) units.insert(std::move(value));
        return true;
      });
    }
  }
  return {units.begin(), units.end()};
}

}  // namespace logq::query
