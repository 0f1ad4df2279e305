// Where a program is: by its path, or looked up in a search path as execvp(3) does it.
#pragma once

#include <string>
#include <string_view>

namespace logq::supervise {

// Of services, where nothing says another one: systemd's.
inline constexpr std::string_view kServiceSearchPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct FoundProgram {
  std::string path;   // the name itself where there is none
  int sys_errno = 0;  // why it cannot be executed; EISDIR of a directory, EACCES of other files
};

// Of a name with a slash only that file is asked for. Elsewhere the first that can be executed is
// it; where there is none, EACCES says that there was one that could not.
[[nodiscard]] FoundProgram find_program(const std::string& name, std::string_view search_path);

}  // namespace logq::supervise
