// What every kind of unit has: its names, [Unit], and what was to be said about its files.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "supervise/exec_command.h"
#include "supervise/unit_syntax.h"

namespace logq::supervise {

// [Unit] but for the dependencies.
struct StartLimitSettings {
  std::uint64_t interval_usec = 10 * base::kUsecPerSecond;
  unsigned burst = 5;
};

// Names of units, in file order. Targets need not exist.
struct Dependencies {
  std::vector<std::string> requires_units;  // `requires` is a keyword
  std::vector<std::string> wants;
  std::vector<std::string> binds_to;
  std::vector<std::string> part_of;
  std::vector<std::string> after;
  std::vector<std::string> before;
  std::vector<std::string> on_failure;
  std::vector<std::string> on_success;
};

using Commands = std::vector<ExecCommand>;

struct Unit {
  std::string name;  // "hello.service"
  std::string file;  // the main one
  std::string description;
  std::vector<std::string> documentation;
  Dependencies dependencies;
  StartLimitSettings start_limit;
};

// A unit that was read.
template <typename UnitType>
struct LoadedUnit {
  UnitType unit;
  std::vector<UnitProblem> problems;

  // Whether none of them is fatal.
  [[nodiscard]] bool is_usable() const {
    return std::ranges::none_of(problems, [](const UnitProblem& problem) {
      return problem.severity == UnitProblem::Severity::kFatal;
    });
  }
};

}  // namespace logq::supervise
