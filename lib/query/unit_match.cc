#include "query/unit_match.h"

#include <fnmatch.h>

#include <array>
#include <set>
#include <string_view>

namespace logq::query {
namespace {

using journal::Match;

// The message id of systemd-coredump's entries.
constexpr std::string_view kCoredumpMessage = "MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1";
// The fields a unit's name may stand in.
constexpr std::array<std::string_view, 5> kUnitFields = {
    "_SYSTEMD_UNIT", "UNIT", "OBJECT_SYSTEMD_UNIT", "COREDUMP_UNIT", "_SYSTEMD_SLICE"};

Match both(std::string first, std::string second) {
  return Match::all_of({Match::exactly(std::move(first)), Match::exactly(std::move(second))});
}

}  // namespace

Match match_unit(const std::string& unit, uid_t reader_uid) {
  const std::string about = "UNIT=" + unit;
  const std::string object = "OBJECT_SYSTEMD_UNIT=" + unit;
  std::vector<Match> sources;
  sources.push_back(Match::exactly("_SYSTEMD_UNIT=" + unit));
  // The service manager: journalctl before 260 knows it by its PID, later by its control group.
  sources.push_back(both("_PID=1", about));
  sources.push_back(both("_SYSTEMD_CGROUP=/init.scope", about));
  sources.push_back(both("_UID=0", object));
  sources.push_back(
      Match::all_of({Match::exactly(std::string(kCoredumpMessage)), Match::exactly("_UID=0"),
                     Match::exactly("COREDUMP_UNIT=" + unit)}));
  if (unit.ends_with(".slice")) sources.push_back(Match::exactly("_SYSTEMD_SLICE=" + unit));
  if (reader_uid != 0) sources.push_back(both("_UID=" + std::to_string(reader_uid), object));
  return Match::any_of(std::move(sources));
}

std::vector<std::string> resolve_unit_glob(const std::string& glob, journal::Journal& journal) {
  std::set<std::string> units;
  for (journal::FileReader* file : journal.files()) {
    for (const std::string_view field : kUnitFields) {
      file->for_each_value(field, [&](std::string_view payload) {
        if (payload.size() <= field.size()) return true;
        std::string value(payload.substr(field.size() + 1));
        if (fnmatch(glob.c_str(), value.c_str(), FNM_NOESCAPE) == 0) units.insert(std::move(value));
        return true;
      });
    }
  }
  return {units.begin(), units.end()};
}

}  // namespace logq::query
