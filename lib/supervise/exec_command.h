// Command lines of services: ExecStart= and its like.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "supervise/specifiers.h"

namespace logq::supervise {

struct ExecCommand {
  // What of User=, capabilities and limits applies.
  enum class Privileges : std::uint8_t {
    kOfService,
    kFull,      ///< '+': nothing is taken away
    kKeepUser,  ///< '!': all applies but the change of user
    kAmbient,   ///< "!!": as for the service, where the kernel has ambient capabilities
  };
  std::string program;            // an absolute path, or a name to be looked up
  std::vector<std::string> argv;  // argv[0] is the program unless '@' gave another one
  bool ignores_failure = false;   // '-'
  bool has_variables = true;      // not ':': substitute() changes something
  Privileges privileges = Privileges::kOfService;
};

struct ExecCommands {
  std::vector<ExecCommand> commands;  // several where a ";" separates them
  std::string complaint;              // empty, or what is wrong, in systemd's words
  bool is_fatal = false;              // then the unit must not be started
};

// The value of one assignment, not empty.
[[nodiscard]] ExecCommands parse_exec_commands(std::string_view value,
                                               const Specifiers& specifiers);

// argv with variables replaced, as systemd does at each start: "$NAME" that is a word of its own
// becomes the words of the value, none when it is not set; "${NAME}" the value, or nothing; "$$" a
// dollar sign. `value_of` is asked for values.
using VariableLookup = std::function<std::optional<std::string>(std::string_view name)>;
[[nodiscard]] std::vector<std::string> substitute(const ExecCommand& command,
                                                  const VariableLookup& value_of);

}  // namespace logq::supervise
