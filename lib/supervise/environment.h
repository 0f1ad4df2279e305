// Environments of services: Environment=, the files of EnvironmentFile=, and putting them together.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logq/result.h"

namespace logq::supervise {

// A name a variable may have: letters, digits and underscores, no digit first.
[[nodiscard]] bool is_variable_name(std::string_view name);
// "NAME=value" with such a name, and a value that is UTF-8 without control characters but tab and
// newline.
[[nodiscard]] bool is_variable_assignment(std::string_view text);

// "NAME=value" each, every name once.
class Environment {
 public:
  Environment() = default;
  explicit Environment(const std::vector<std::string>& assignments);

  void set(std::string_view assignment);            // REQUIRES: an equals sign in it
  void unset(std::string_view name_or_assignment);  // the latter only where it is just that
  [[nodiscard]] std::optional<std::string> value_of(std::string_view name) const;
  [[nodiscard]] const std::vector<std::string>& assignments() const { return assignments_; }

 private:
  std::vector<std::string> assignments_;
};

// What a file of EnvironmentFile= says, "NAME=value" each, in its order: lines NAME=VALUE with
// quotes and escapes like a shell's, comments with '#' or ';', lines continued by a backslash.
struct EnvironmentText {
  std::vector<std::string> assignments;
  std::vector<std::string> complaints;  // assignments that are left out, and why
};
// Fails with kInvalidArgument where it is no UTF-8, of which nothing is to be believed.
[[nodiscard]] Result<EnvironmentText> parse_environment_file(std::string_view text);

// EnvironmentFile=: "-" in front means that a file that is missing is none.
struct EnvironmentFile {
  std::string path;  // absolute; may be a pattern, whose matches count in order
  bool is_optional = false;
};
// All that they say, in their order. Fails with what fails for the first that may not be missing.
[[nodiscard]] Result<EnvironmentText> read_environment_files(
    const std::vector<EnvironmentFile>& files);

}  // namespace logq::supervise
