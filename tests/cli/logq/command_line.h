// Command lines for tests of the option table.
#pragma once

#include <string>
#include <vector>

#include "logq/options/options.h"

namespace logq::cli {

inline Outcome<Options> parsed(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "logq");
  std::vector<char*> argv;
  for (std::string& argument : arguments)
    argv.push_back(argument.data());
  argv.push_back(nullptr);
  return parse_options(static_cast<int>(arguments.size()), argv.data());
}

// The message, or "accepted".
inline std::string refused(const std::vector<std::string>& arguments) {
  const auto options = parsed(arguments);
  return options ? "accepted" : options.error().message;
}

}  // namespace logq::cli
