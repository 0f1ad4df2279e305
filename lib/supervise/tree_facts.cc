#include "supervise/tree_facts.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "supervise/json_object.h"

namespace logq::supervise {
namespace {

// The answer must fit into the buffer of a socket, whoever reads it.
constexpr std::size_t kListMax = std::size_t{1} << 16;

bool has_failed(TreeEnd end) {
  return end == TreeEnd::kStartFailed || end == TreeEnd::kIntensity;
}

std::string_view sub_state_of(const TreeRunner& tree) {
  switch (tree.state()) {
    case TreeState::kStarting:
      return "start";
    case TreeState::kUp:
      return "running";
    case TreeState::kEnding:
      return "stop";
    case TreeState::kDown:
      break;
  }
  return has_failed(tree.end()) ? "failed" : "dead";
}

std::string list_of(const std::vector<Tree::Child>& children) {
  std::string list = "[";
  for (const Tree::Child& child : children) {
    if (list.size() > kListMax) break;
    JsonObject one;
    one.add("Id", child.spec.name);
    one.add("State", name_of(child.state));
    list += (list.size() == 1 ? "" : ",") + std::move(one).text();
  }
  return list + "]";
}

}  // namespace

std::string_view active_name_of(const TreeRunner& tree) {
  switch (tree.state()) {
    case TreeState::kStarting:
      return "activating";
    case TreeState::kUp:
      return "active";
    case TreeState::kEnding:
      return "deactivating";
    case TreeState::kDown:
      break;
  }
  return has_failed(tree.end()) ? "failed" : "inactive";
}

std::string describe_tree(const TreeRunner& tree, const TreeFacts& facts) {
  const TreeUnit& unit = tree.unit();
  const std::vector<Tree::Child> children = tree.members();
  JsonObject object;
  object.add("Id", unit.name);
  object.add("Description", unit.description);
  if (!unit.file.empty()) object.add("FragmentPath", std::filesystem::absolute(unit.file).string());
  object.add("ActiveState", active_name_of(tree));
  object.add("SubState", sub_state_of(tree));
  object.add("StateChangeTimestamp", facts.active_since_usec);
  object.add("Result", tree.end() == TreeEnd::kStopped ? "success" : name_of(tree.end()));
  object.add("ExitStatus", std::uint64_t{has_failed(tree.end())});
  object.add("Strategy", name_of(unit.strategy));
  object.add("NChildren", std::uint64_t{children.size()});
  object.add_json("Children", list_of(children));
  if (!tree.invocation().is_null()) object.add("InvocationID", tree.invocation().to_string());
  object.add("SupervisorPID", static_cast<std::uint64_t>(::getpid()));
  object.add("Wanted", facts.wanted);
  object.add_flag("SupervisorLeaves", facts.is_leaving);
  return std::move(object).line();
}

}  // namespace logq::supervise
