// How a tree is, as one JSON object in a line: what `logq-svc status --json` prints of it
// (docs/service-control.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "supervise/tree_runner.h"

namespace logq::supervise {

// What is not known to the tree itself.
struct TreeFacts {
  std::string_view wanted;              // "up", "down"
  bool is_leaving = false;              // its supervisor is to end when it is down
  std::uint64_t active_since_usec = 0;  // realtime
};

// Active, activating, deactivating, inactive, failed.
[[nodiscard]] std::string_view active_name_of(const TreeRunner& tree);

// With a newline. Of a great many children the first are named; NChildren counts all.
[[nodiscard]] std::string describe_tree(const TreeRunner& tree, const TreeFacts& facts);

}  // namespace logq::supervise
