// The syntax of systemd's configuration and unit files: [Section] headers, KEY=VALUE assignments,
// comments with '#' or ';', lines continued with a backslash. Pure: text in, assignments out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace logq::base {

struct IniAssignment {
  std::string section;
  std::string key;
  std::string value;     // without surrounding blanks; a continued line is joined with a space
  std::size_t line = 0;  // where the key stands, from 1
};

struct IniProblem {
  std::size_t line = 0;
  std::string message;
};

struct IniFile {
  std::vector<IniAssignment> assignments;  // in file order; keys may repeat
  std::vector<IniProblem> problems;        // lines that are no assignment; they are left out
};

[[nodiscard]] IniFile parse_ini(std::string_view text);

}  // namespace logq::base
