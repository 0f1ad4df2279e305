// UnitReader: reads the files of a unit of one type into it, assignment by assignment, and says
// what of them is unknown or not honoured. What a whole unit must have is its type's business.
#pragma once

#include <algorithm>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "supervise/ignored_keys.h"
#include "supervise/pending_keys.h"
#include "supervise/setting_kinds.h"
#include "supervise/unit_files.h"

namespace logq::supervise {

template <typename UnitType>
class UnitReader {
 public:
  // Null for a key that is in no table.
  using FindSetting = const UnitSetting<UnitType>* (*)(std::string_view section,
                                                       std::string_view key);

  UnitReader(const std::string& name,
             const std::string& file,
             const HostFacts& host,
             std::span<const std::string_view> sections,
             FindSetting find_setting)
      : specifiers_(name, file, host),
        sections_(sections),
        find_setting_(find_setting) {
    loaded_.unit.name = name;
    loaded_.unit.file = file;
  }

  void read_all(const std::vector<UnitFileText>& files) {
    for (const UnitFileText& file : files)
      read(file, &file != &files.front());
  }

  UnitReader(const UnitReader&) = delete;
  UnitReader& operator=(const UnitReader&) = delete;
  virtual ~UnitReader() = default;

 protected:
  // A key that is in no table: whether it was applied to something else that is part of the unit.
  virtual bool apply_otherwise(const UnitAssignment& /*assignment*/, const std::string& /*file*/) {
    return false;
  }
  void add_problems(const std::vector<UnitProblem>& problems) {
    std::ranges::copy(problems, std::back_inserter(loaded_.problems));
  }
  [[nodiscard]] const Specifiers& specifiers() const { return specifiers_; }
  [[nodiscard]] UnitType& unit() { return loaded_.unit; }
  [[nodiscard]] bool is_usable() const { return loaded_.is_usable(); }
  [[nodiscard]] LoadedUnit<UnitType> take() { return std::move(loaded_); }

  // About the unit as a whole.
  void warn(std::string message) { tell(std::move(message), UnitProblem::Severity::kWarning); }
  void refuse(const std::string& message) {
    tell(message + " Refusing.", UnitProblem::Severity::kFatal);
  }
  void tell_of_fatal_problems() {
    warn("Unit configuration has fatal error, unit will not be started.");
  }

 private:
  // A broken drop-in is left out from where it is broken on; a broken main file is fatal.
  void read(const UnitFileText& file, bool is_drop_in) {
    UnitText text = read_unit_text(file.text, file.file, sections_);
    // In the order of lines, as systemd tells of them.
    auto problem = text.problems.begin();
    for (const UnitAssignment& assignment : text.assignments) {
      for (; problem != text.problems.end() && problem->line < assignment.line; ++problem)
        add(*problem, is_drop_in);
      apply(assignment, file.file);
    }
    for (; problem != text.problems.end(); ++problem)
      add(*problem, is_drop_in);
  }

  void add(UnitProblem problem, bool is_drop_in) {
    if (is_drop_in) problem.severity = UnitProblem::Severity::kWarning;
    loaded_.problems.push_back(std::move(problem));
  }

  void tell(std::string message, UnitProblem::Severity severity) {
    loaded_.problems.push_back({loaded_.unit.name, 0, std::move(message), severity});
  }

  void apply(const UnitAssignment& assignment, const std::string& file) {
    UnitReading<UnitType> reading(assignment, file, specifiers_, loaded_);
    if (const auto* setting = find_setting_(assignment.section, assignment.key)) {
      const std::size_t told = loaded_.problems.size();
      setting->apply(reading);
      if (loaded_.problems.size() == told) tell_if_pending(assignment, reading);
    } else if (!apply_otherwise(assignment, file)) {
      tell_if_not_honoured(assignment, reading);
    }
  }

  void tell_if_pending(const UnitAssignment& assignment, AssignmentReading& reading) {
    const std::string part = pending_part(assignment.section, assignment.key, assignment.value);
    if (part.empty() || !told_.insert(assignment.section + assignment.key).second) return;
    reading.ignore("Key '" + assignment.key + "' in section [" + assignment.section +
                       "] is not honoured by logq-run yet",
                   part);
    loaded_.problems.back().pending_key = assignment.key;
  }

  void tell_if_not_honoured(const UnitAssignment& assignment, AssignmentReading& reading) {
    const std::string& key = assignment.key;
    if (key.starts_with("X-")) return;
    if (assignment.section == "Install" && is_install_key(key)) return;
    const std::string_view subject = ignored_key_subject(assignment.section, key);
    if (subject.empty()) {
      reading.warn("Unknown key '" + key + "' in section [" + assignment.section + "], ignoring.");
    } else if (told_.insert(assignment.section + key).second) {
      reading.warn("Key '" + key + "' in section [" + assignment.section +
                   "] is not honoured by logq-run (" + std::string(subject) + "), ignoring.");
    }
  }

  Specifiers specifiers_;
  std::span<const std::string_view> sections_;
  FindSetting find_setting_;
  LoadedUnit<UnitType> loaded_;
  std::set<std::string> told_;  // keys that are not honoured
};

// A unit of whose files nothing counts.
template <typename UnitType>
LoadedUnit<UnitType> unreadable_unit(const UnitFileTexts& files) {
  LoadedUnit<UnitType> loaded;
  loaded.unit.name = files.unit_name;
  loaded.unit.file = files.trouble->file;
  loaded.problems.push_back(*files.trouble);
  return loaded;
}

}  // namespace logq::supervise
