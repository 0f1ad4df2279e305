// One .tree unit, read: which services and further trees are supervised together, and what follows
// for the others when one of them ends (docs/supervision-trees.md). The syntax, the drop-ins and
// the manner of complaining are those of .service units.
//
// Pure data. Nothing here asks whether the children's files exist.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "supervise/specifiers.h"
#include "supervise/tree_child.h"
#include "supervise/unit.h"
#include "supervise/unit_files.h"
#include "supervise/unit_syntax.h"

namespace logq::supervise {

// Who is started again beside a child that has ended.
enum class Strategy : std::uint8_t {
  kOneForOne,        ///< nobody
  kRestForOne,       ///< those behind it
  kOneForAll,        ///< all
  kSimpleOneForOne,  ///< nobody; children are instances of a template, started on request
};
[[nodiscard]] std::string_view name_of(Strategy strategy);  // "one_for_one"
[[nodiscard]] std::optional<Strategy> parse_strategy(std::string_view text);

// Whether a tree ends when significant children have ended for good.
enum class AutoShutdown : std::uint8_t { kNever, kAnySignificant, kAllSignificant };

struct TreeUnit : Unit {
  Strategy strategy = Strategy::kOneForOne;
  unsigned intensity = 1;  // restarts within the period that are not yet too many
  std::uint64_t period_usec = 5 * base::kUsecPerSecond;
  AutoShutdown auto_shutdown = AutoShutdown::kNever;
  // What it is itself where it is a child.
  ChildRestart restart = ChildRestart::kPermanent;

  std::vector<std::string> children;     // in the order of their start; names without directories
  std::vector<std::string> significant;  // some of them
};

using LoadedTree = LoadedUnit<TreeUnit>;

[[nodiscard]] bool is_tree_name(std::string_view name);  // "app.tree"

// Reads `path` and the drop-ins beside it.
[[nodiscard]] LoadedTree load_tree(const std::string& path, const HostFacts& host);

// The same from texts, the main file's first.
[[nodiscard]] LoadedTree read_tree(const std::string& unit_name,
                                   const std::vector<UnitFileText>& files,
                                   const HostFacts& host);

// Hands out the tree of a name; null where it cannot be read, of which somebody else complains.
using TreeLoader = std::function<const TreeUnit*(const std::string& name)>;
// What is wrong with `root` and the trees in it together: a tree that leads back to itself, a unit
// that is a child twice. Both are fatal.
[[nodiscard]] std::vector<UnitProblem> check_nesting(const TreeUnit& root, const TreeLoader& load);

// Warnings about significant children that never end for good: such a child is not significant.
[[nodiscard]] std::vector<UnitProblem> check_significance(const TreeUnit& unit,
                                                          const std::vector<TreeChild>& children);

}  // namespace logq::supervise
