#include "supervise/tree_unit.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/io.h"
#include "supervise/setting_values.h"
#include "supervise/unit_files.h"
#include "wire/unit_name.h"

namespace logq::supervise {
namespace {

using Severity = UnitProblem::Severity;

constexpr std::string_view kSuffix = ".tree";
constexpr std::array<std::string_view, 3> kSections = {"Unit", "Supervisor", "Install"};
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

class TreeReader {
 public:
  TreeReader(const std::string& name, const std::string& file, const HostFacts& host)
      : specifiers_(name, file, host) {
    unit().name = name;
    unit().file = file;
  }

  // A broken drop-in is left out from where it is broken on; a broken main file is fatal.
  void read(const UnitFileText& file, bool is_drop_in);
  LoadedTree finish();

  // --- of the assignment that is being applied ---
  [[nodiscard]] TreeUnit& unit() { return tree_.unit; }
  [[nodiscard]] const std::string& value() const { return assignment_->value; }
  [[nodiscard]] std::string expanded() const { return specifiers_.expand(value()); }
  void warn(std::string message) { add(std::move(message), Severity::kWarning); }
  void refuse(std::string message) { add(std::move(message), Severity::kFatal); }
  void ignore(const std::string& message) { warn(message + ", ignoring: " + value()); }

 private:
  void apply();
  void add(std::string message, Severity severity) {
    tree_.problems.push_back({*file_, assignment_->line, std::move(message), severity});
  }
  // About the unit as a whole.
  void tell(std::string message, Severity severity) {
    tree_.problems.push_back({unit().name, 0, std::move(message), severity});
  }
  void check_children();
  void check_significant();

  Specifiers specifiers_;
  LoadedTree tree_;
  const UnitAssignment* assignment_ = nullptr;
  const std::string* file_ = nullptr;
};

void set_description(TreeReader& reading) {
  reading.unit().description = reading.expanded();
}

void add_documentation(TreeReader& reading) {
  std::vector<std::string>& list = reading.unit().documentation;
  if (reading.value().empty()) return list.clear();
  for (const std::string_view address : split_blanks(reading.value()))
    list.emplace_back(address);
}

// What cannot be understood here is fatal: another strategy than the one that was meant is worse
// than none.
void set_strategy(TreeReader& reading) {
  const auto strategy = parse_strategy(reading.value());
  if (!strategy) return reading.refuse("Unknown strategy: " + reading.value());
  reading.unit().strategy = *strategy;
}

void set_auto_shutdown(TreeReader& reading) {
  const auto kind = kind_named<AutoShutdown>(kAutoShutdownNames, reading.value());
  if (!kind) return reading.ignore("Failed to parse automatic shutdown");
  reading.unit().auto_shutdown = *kind;
}

void set_intensity(TreeReader& reading) {
  const auto number = parse_unsigned(reading.value());
  if (!number) return reading.ignore("Failed to parse unsigned value");
  reading.unit().intensity = *number;
}

void set_period(TreeReader& reading) {
  const auto usec = base::parse_time_span(reading.value());
  if (!usec) return reading.ignore("Failed to parse sec value");
  if (*usec == 0) return reading.ignore("Period must not be zero");
  reading.unit().period_usec = *usec;
}

void set_restart(TreeReader& reading) {
  RestartSettings settings;
  const auto restart = parse_restart(reading.value());
  if (!restart) return reading.ignore("Failed to parse service restart specifier");
  settings.restart = *restart;
  reading.unit().restart = child_restart(settings);
}

void add_children(TreeReader& reading) {
  TreeUnit& unit = reading.unit();
  if (reading.value().empty()) return unit.children.clear();
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

void add_significant(TreeReader& reading) {
  std::vector<std::string>& list = reading.unit().significant;
  if (reading.value().empty()) return list.clear();
  const std::string names = reading.expanded();
  for (const std::string_view name : split_blanks(names))
    list.emplace_back(name);
}

struct TreeSetting {
  std::string_view section;
  std::string_view key;
  void (*apply)(TreeReader& reading);
};

constexpr std::array kSettings = {
    TreeSetting{"Unit", "Description", &set_description},
    TreeSetting{"Unit", "Documentation", &add_documentation},
    TreeSetting{"Supervisor", "Strategy", &set_strategy},
    TreeSetting{"Supervisor", "Intensity", &set_intensity},
    TreeSetting{"Supervisor", "Period", &set_period},
    TreeSetting{"Supervisor", "Children", &add_children},
    TreeSetting{"Supervisor", "AutoShutdown", &set_auto_shutdown},
    TreeSetting{"Supervisor", "Significant", &add_significant},
    TreeSetting{"Supervisor", "Restart", &set_restart},
};

void TreeReader::read(const UnitFileText& file, bool is_drop_in) {
  const UnitText text = read_unit_text(file.text, file.file, kSections);
  file_ = &file.file;
  auto problem = text.problems.begin();
  const auto tell_until = [&](std::size_t line) {
    for (; problem != text.problems.end() && problem->line < line; ++problem) {
      tree_.problems.push_back(*problem);
      if (is_drop_in) tree_.problems.back().severity = Severity::kWarning;
    }
  };
  for (const UnitAssignment& assignment : text.assignments) {
    tell_until(assignment.line);
    assignment_ = &assignment;
    apply();
  }
  tell_until(std::string::npos);
}

void TreeReader::apply() {
  const auto is_meant = [&](const TreeSetting& setting) {
    return setting.section == assignment_->section && setting.key == assignment_->key;
  };
  const auto* setting = std::ranges::find_if(kSettings, is_meant);
  if (setting != kSettings.end()) return setting->apply(*this);
  if (assignment_->key.starts_with("X-") || assignment_->section == "Install") return;
  warn("Unknown key '" + assignment_->key + "' in section [" + assignment_->section +
       "], ignoring.");
}

void TreeReader::check_children() {
  const bool is_simple = unit().strategy == Strategy::kSimpleOneForOne;
  if (unit().children.empty() && !is_simple) {
    tell("Tree has no Children=. Refusing.", Severity::kFatal);
  }
  for (const std::string& name : unit().children) {
    if (is_template(name) == is_simple) continue;
    const std::string what = is_simple ? " is no template, which " : " is a template, which only ";
    tell(name + what + "children of Strategy=simple_one_for_one are. Refusing.", Severity::kFatal);
  }
}

void TreeReader::check_significant() {
  std::vector<std::string>& list = unit().significant;
  if (!list.empty() && unit().auto_shutdown == AutoShutdown::kNever) {
    tell("Significant= has no effect without AutoShutdown=. Ignoring.", Severity::kWarning);
    list.clear();
  }
  std::erase_if(list, [&](const std::string& name) {
    if (contains(unit().children, name)) return false;
    tell("Significant= names " + name + ", which is no child. Ignoring.", Severity::kWarning);
    return true;
  });
  if (list.empty() && unit().auto_shutdown != AutoShutdown::kNever) {
    tell("AutoShutdown= has no effect without a child in Significant=.", Severity::kWarning);
  }
}

LoadedTree TreeReader::finish() {
  if (tree_.is_usable()) {
    check_children();
    check_significant();
  } else {
    tell("Unit configuration has fatal error, unit will not be started.", Severity::kWarning);
  }
  return std::move(tree_);
}

LoadedTree unreadable(const std::string& name, const std::string& file, std::string message) {
  LoadedTree tree;
  tree.unit.name = name;
  tree.unit.file = file;
  tree.problems.push_back({file, 0, std::move(message), Severity::kFatal});
  return tree;
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

bool LoadedTree::is_usable() const {
  return std::ranges::none_of(
      problems, [](const UnitProblem& problem) { return problem.severity == Severity::kFatal; });
}

bool is_tree_name(std::string_view name) {
  if (!name.ends_with(kSuffix)) return false;
  name.remove_suffix(kSuffix.size());
  // What stands in front is as for other units; ".tree" is no type that they know.
  return name.find('@') == std::string_view::npos &&
         wire::is_valid_unit_name(std::string(name) + ".service");
}

LoadedTree read_tree(const std::string& unit_name,
                     const std::vector<UnitFileText>& files,
                     const HostFacts& host) {
  TreeReader reader(unit_name, files.front().file, host);
  for (const UnitFileText& file : files)
    reader.read(file, &file != &files.front());
  return reader.finish();
}

LoadedTree load_tree(const std::string& path, const HostFacts& host) {
  constexpr std::size_t kFileMax = std::size_t{16} << 20;
  const std::string name = path.substr(path.rfind('/') + 1);
  if (!is_tree_name(name)) return unreadable(name, path, "This is not the name of a tree.");
  std::vector<UnitFileText> files;
  for (const std::string& file : unit_files_of(path)) {
    auto text = base::read_small_file(file, kFileMax);
    if (!text) return unreadable(name, file, text.error().message());
    files.push_back({file, std::move(*text)});
  }
  return read_tree(name, files, host);
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
