#include "query/priority_range.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/try.h"
#include "wire/loose_integer.h"

namespace logq::query {
namespace {

constexpr std::array<std::string_view, 8> kLevelNames = {"emerg",   "alert",  "crit", "err",
                                                         "warning", "notice", "info", "debug"};

}  // namespace

Result<int> parse_priority(std::string_view text) {
  const auto number = wire::parse_loose_unsigned(text);
  if (number && *number < kLevelNames.size()) return static_cast<int>(*number);
  const auto found = std::find(kLevelNames.begin(), kLevelNames.end(), text);
  if (found == kLevelNames.end()) {
    return fail(Error::make(Errc::kInvalidArgument, "unknown log level"));
  }
  return static_cast<int>(found - kLevelNames.begin());
}

Result<PriorityRange> parse_priority_range(std::string_view text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    const int level = LOGQ_TRY(parse_priority(text));
    return PriorityRange{0, level};
  }
  const int from = LOGQ_TRY(parse_priority(text.substr(0, dots)));
  const int to = LOGQ_TRY(parse_priority(text.substr(dots + 2)));
  return PriorityRange{std::min(from, to), std::max(from, to)};
}

journal::Match match_priorities(const PriorityRange& range) {
  // All levels ask nothing, as in journalctl: an entry without a PRIORITY is shown too.
  if (range == PriorityRange{}) return journal::Match::all();
  std::vector<journal::Match> levels;
  for (int level = range.most_severe; level <= range.least_severe; ++level) {
    levels.push_back(journal::Match::exactly("PRIORITY=" + std::to_string(level)));
  }
  return journal::Match::any_of(std::move(levels));
}

}  // namespace logq::query
