#include "query/facility.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "wire/loose_integer.h"

namespace logq::query {
namespace {

// 12 to 15 have no name that a syslog daemon would write.
constexpr std::array<std::string_view, 24> kNames = {
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
    "uucp",   "cron",   "authpriv", "ftp",    "12",     "13",     "14",     "15",
    "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};
// SYSLOG_FACILITY is what remains of a priority number without its three bits of level.
constexpr std::uint64_t kHighest = 127;

std::optional<int> parse_facility(std::string_view text) {
  const auto named = std::find(kNames.begin(), kNames.end(), text);
  if (named != kNames.end()) return static_cast<int>(named - kNames.begin());
  const auto number = wire::parse_loose_unsigned(text);
  if (!number || *number > kHighest) return std::nullopt;
  return static_cast<int>(*number);
}

}  // namespace

Result<std::vector<int>> parse_facilities(std::string_view text) {
  std::vector<int> facilities;
  std::size_t end = 0;
  for (std::size_t begin = 0; begin < text.size(); begin = end + 1) {
    end = std::min(text.find(',', begin), text.size());
    if (end == begin) continue;
    const std::optional<int> facility = parse_facility(text.substr(begin, end - begin));
    if (!facility) {
      Error error = Error::make(Errc::kInvalidArgument, "unknown facility");
      error.offset = begin;
      return fail(error);
    }
    if (std::find(facilities.begin(), facilities.end(), *facility) == facilities.end()) {
      facilities.push_back(*facility);
    }
  }
  return facilities;
}

std::string facility_help() {
  std::string help = "Available facilities:\n";
  for (const std::string_view name : kNames) {
    help += name;
    help += '\n';
  }
  return help;
}

}  // namespace logq::query
