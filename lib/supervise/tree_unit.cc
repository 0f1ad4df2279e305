#include "supervise/tree_unit.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "supervise/setting_kinds.h"
#include "supervise/setting_values.h"
#include "supervise/unit_reader.h"
#include "wire/unit_name.h"

namespace logq::supervise {
namespace {

using Severity = UnitProblem::Severity;

constexpr std::array<std::string_view, 3> kTreeSections = {"Unit", "Supervisor", "Install"};
constexpr std::array<std::string_view, 4> kStrategyNames = {"one_for_one", "rest_for_one",
                                                            "one_for_all", "simple_one_for_one"};
constexpr std::array<std::string_view, 3> kAutoShutdownNames = {"never", "any_significant",
                                                                "all_significant"};

template <typename Kind, std::size_t kSize>
std::optional<Kind> kind_named(const std::array<std::string_view, kSize>& names,
                               std::string_view text) {
  const auto* found = std::ranges::find(names, text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Kind>(found - names.begin());
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_template(const std::string& name) {
  return name.find("@.") != std::string::npos;
}

// A service, an instance or a template of one, or another tree.
bool is_child_name(const std::string& name) {
  if (is_tree_name(name)) return true;
  std::string instance = name;
  if (is_template(name)) instance.insert(name.find("@.") + 1, "i");
  return name.ends_with(".service") && wire::is_valid_unit_name(instance);
}

using TreeReading = UnitReading<TreeUnit>;
using TreeSetting = UnitSetting<TreeUnit>;

// What cannot be understood here is fatal: another strategy than the one that was meant is worse
// than none.
void set_strategy(TreeReading& reading) {
  const auto strategy = parse_strategy(reading.value());
  if (!strategy) return reading.refuse("Unknown strategy: " + reading.value());
  reading.unit().strategy = *strategy;
}

void set_auto_shutdown(TreeReading& reading) {
  const auto kind = kind_named<AutoShutdown>(kAutoShutdownNames, reading.value());
  if (!kind) return reading.ignore("Failed to parse automatic shutdown");
  reading.unit().auto_shutdown = *kind;
}

void set_period(TreeReading& reading) {
  const auto usec = base::parse_time_span(reading.value());
  if (!usec) return reading.ignore("Failed to parse sec value");
  if (*usec == 0) return reading.ignore("Period must not be zero");
  reading.unit().period_usec = *usec;
}

void set_restart(TreeReading& reading) {
  RestartSettings settings;
  const auto restart = parse_restart(reading.value());
  if (!restart) return reading.ignore("Failed to parse service restart specifier");
  settings.restart = *restart;
  reading.unit().restart = child_restart(settings);
}

void add_children(TreeReading& reading) {
  TreeUnit& unit = reading.unit();
  if (reading.is_empty()) return unit.children.clear();
  const std::string names = reading.expanded();
  for (const std::string_view word : split_blanks(names)) {
    std::string name(word);
    if (!is_child_name(name)) {
      reading.refuse("This is not the name of a service or of a tree: " + name);
    } else if (name == unit.name) {
      reading.refuse("A tree cannot be its own child: " + name);
    } else if (contains(unit.children, name)) {
      reading.refuse("This is a child already: " + name);
    } else {
      unit.children.push_back(std::move(name));
    }
  }
}

void add_significant(TreeReading& reading) {
  std::vector<std::string>& list = reading.unit().significant;
  if (reading.is_empty()) return list.clear();
  const std::string names = reading.expanded();
  for (const std::string_view name : split_blanks(names))
    list.emplace_back(name);
}

constexpr std::array kTreeSettings = {
    TreeSetting{"Strategy", &set_strategy},
    TreeSetting{"Intensity", &set_unsigned<&TreeUnit::intensity>},
    TreeSetting{"Period", &set_period},
    TreeSetting{"Children", &add_children},
    TreeSetting{"AutoShutdown", &set_auto_shutdown},
    TreeSetting{"Significant", &add_significant},
    TreeSetting{"Restart", &set_restart},
};

// Of [Unit] what tells of the tree; it is no other unit's affair.
const TreeSetting* find_tree_setting(std::string_view section, std::string_view key) {
  std::span<const TreeSetting> table;
  const bool is_told = key == "Description" || key == "Documentation";
  if (section == "Unit" && is_told) table = unit_settings<TreeUnit>();
  if (section == "Supervisor") table = kTreeSettings;
  const auto found = std::ranges::find(table, key, &TreeSetting::key);
  return found == table.end() ? nullptr : &*found;
}

class TreeReader : public UnitReader<TreeUnit> {
 public:
  TreeReader(const std::string& name, const std::string& file, const HostFacts& host)
      : UnitReader(name, file, host, kTreeSections, &find_tree_setting) {}

  LoadedTree finish();

 private:
  void check_children();
  void check_significant();
};

void TreeReader::check_children() {
  const bool is_simple = unit().strategy == Strategy::kSimpleOneForOne;
  if (unit().children.empty() && !is_simple) {
    refuse("Tree has no Children=.");
  }
  for (const std::string& name : unit().children) {
    if (is_template(name) == is_simple) continue;
    const std::string what = is_simple ? " is no template, which " : " is a template, which only ";
    refuse(name + what + "children of Strategy=simple_one_for_one are.");
  }
}

void TreeReader::check_significant() {
  std::vector<std::string>& list = unit().significant;
  if (!list.empty() && unit().auto_shutdown == AutoShutdown::kNever) {
    warn("Significant= has no effect without AutoShutdown=. Ignoring.");
    list.clear();
  }
  std::erase_if(list, [&](const std::string& name) {
    if (contains(unit().children, name)) return false;
    warn("Significant= names " + name + ", which is no child. Ignoring.");
    return true;
  });
  if (list.empty() && unit().auto_shutdown != AutoShutdown::kNever) {
    warn("AutoShutdown= has no effect without a child in Significant=.");
  }
}

LoadedTree TreeReader::finish() {
  if (is_usable()) {
    check_children();
    check_significant();
  } else {
    tell_of_fatal_problems();
  }
  return take();
}

// A walk through all trees below one, which notes whose child everything is.
class Nesting {
 public:
  explicit Nesting(const TreeLoader& load) : load_(load) {}

  void enter(const TreeUnit& tree) {
    path_.push_back(tree.name);
    for (const std::string& child : tree.children)
      visit(child, tree);
    path_.pop_back();
  }
  [[nodiscard]] std::vector<UnitProblem> take() { return std::move(problems_); }

 private:
  void visit(const std::string& child, const TreeUnit& parent) {
    const auto on_path = std::ranges::find(path_, child);
    if (on_path != path_.end()) {
      std::string message = "The tree leads back to itself: ";
      for (auto name = on_path; name != path_.end(); ++name)
        message += *name + ", ";
      return refuse(parent, message + child);
    }
    const auto [owner, is_new] = owners_.emplace(child, parent.name);
    if (!is_new) return refuse(parent, child + " is a child of " + owner->second + " already");
    const TreeUnit* tree = is_tree_name(child) ? load_(child) : nullptr;
    if (tree != nullptr) enter(*tree);
  }
  void refuse(const TreeUnit& tree, std::string message) {
    problems_.push_back({tree.file, 0, std::move(message), Severity::kFatal});
  }

  const TreeLoader& load_;
  std::vector<std::string> path_;
  std::map<std::string, std::string> owners_;
  std::vector<UnitProblem> problems_;
};

}  // namespace

std::string_view name_of(Strategy strategy) {
  return kStrategyNames.at(static_cast<std::size_t>(strategy));
}

std::optional<Strategy> parse_strategy(std::string_view text) {
  return kind_named<Strategy>(kStrategyNames, text);
}

bool is_tree_name(std::string_view name) {
  return name.ends_with(".tree") && name.find('@') == std::string_view::npos &&
         wire::is_valid_unit_name(name);
}

LoadedTree read_tree(const std::string& unit_name,
                     const std::vector<UnitFileText>& files,
                     const HostFacts& host) {
  TreeReader reader(unit_name, files.front().file, host);
  reader.read_all(files);
  return reader.finish();
}

LoadedTree load_tree(const std::string& path, const HostFacts& host) {
  const UnitFileTexts files = read_unit_files(path, "tree");
  if (files.trouble) return unreadable_unit<TreeUnit>(files);
  return read_tree(files.unit_name, files.texts, host);
}

std::vector<UnitProblem> check_nesting(const TreeUnit& root, const TreeLoader& load) {
  Nesting nesting(load);
  nesting.enter(root);
  return nesting.take();
}

std::vector<UnitProblem> check_significance(const TreeUnit& unit,
                                            const std::vector<TreeChild>& children) {
  std::vector<UnitProblem> problems;
  for (const TreeChild& child : children) {
    if (child.restart != ChildRestart::kPermanent || !contains(unit.significant, child.name)) {
      continue;
    }
    problems.push_back({unit.file, 0,
                        "Significant= names " + child.name +
                            ", which is always restarted and so never ends for good. Ignoring.",
                        Severity::kWarning});
  }
  return problems;
}

}  // namespace logq::supervise
