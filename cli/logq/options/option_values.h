// Small pieces that the option tables share: how a value goes into Options.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/exit_status.h"
#include "logq/options/options.h"

namespace logq::cli {

using Value = std::optional<std::string_view>;

// The functions below are named with the path to a member, for example
// apply_flag<&Options::display, &DisplayOptions::reverse>.
template <auto... kPath>
Outcome<void> apply_flag(Options& options, Value /*value*/) {
  (options.*....*kPath) = true;
  return {};
}

// For a std::string or a std::optional<std::string>.
template <auto... kPath>
Outcome<void> apply_text(Options& options, Value value) {
  (options.*....*kPath) = std::string(value.value_or(""));
  return {};
}

// For a std::vector<std::string>.
template <auto... kPath>
Outcome<void> append_text(Options& options, Value value) {
  (options.*....*kPath).emplace_back(*value);
  return {};
}

template <Command kCommand>
Outcome<void> apply_command(Options& options, Value /*value*/) {
  options.command = kCommand;
  return {};
}

// The parts of a comma-separated list; empty ones are left out.
inline std::vector<std::string> split_commas(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (comma != 0) parts.emplace_back(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return parts;
}

}  // namespace logq::cli
