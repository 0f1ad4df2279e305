#include "supervise/tree_log.h"

#include <array>

#include "base/quantity.h"

namespace logq::supervise {
namespace {

constexpr std::string_view kGroupRestart = "bb057bd58ec84320b45c35e0de26770f";
constexpr std::string_view kTreeEnded = "51c340bcd7d54d1bae1dc3ce2601e55f";

}  // namespace

void TreeLog::restarting(Strategy strategy, const std::string& cause, const std::string& names) {
  send(Priority::kNotice, kGroupRestart,
       unit() + ": Restarting " + names + " (" + std::string(name_of(strategy)) + ").",
       std::array{field("STRATEGY", name_of(strategy)), field("CAUSE_UNIT", cause)});
}

void TreeLog::restart_limit_hit(const TreeUnit& unit, const std::string& cause) {
  limit_hit(Priority::kError,
            "Restarts of its children are too many, the limit is " +
                std::to_string(unit.intensity) + " in " + base::format_time_span(unit.period_usec) +
                ".",
            std::array{field("CAUSE_UNIT", cause)});
}

void TreeLog::ended(TreeEnd end) {
  const bool is_meant = end == TreeEnd::kAutoShutdown;
  send(is_meant ? Priority::kInfo : Priority::kError, kTreeEnded,
       unit() + ": Ended, all children are stopped: " + std::string(name_of(end)) + ".",
       std::array{field("UNIT_RESULT", name_of(end))});
}

}  // namespace logq::supervise
