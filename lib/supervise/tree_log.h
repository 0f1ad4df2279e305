// The entries of a supervision tree: its start and stop as of any unit, and what only a tree does,
// with message ids of our own (docs/supervision-trees.md, "In the log").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "supervise/lifecycle_log.h"
#include "supervise/tree_host.h"
#include "supervise/tree_unit.h"

namespace logq::supervise {

class TreeLog : public LifecycleLog {
 public:
  using LifecycleLog::LifecycleLog;

  // `cause` has ended, or could not be restarted, and children are started again for it: `names`,
  // a list for people.
  void restarting(Strategy strategy, const std::string& cause, const std::string& names);
  // The restart that `cause` needs is one too many.
  void restart_limit_hit(const TreeUnit& unit, const std::string& cause);
  // The tree has ended without having been asked to.
  void ended(TreeEnd end);
};

}  // namespace logq::supervise
