// Arguments and environment as execve(2) takes them.
#pragma once

#include <string>
#include <vector>

namespace logq::supervise {

// Ends with a null pointer. Valid while `strings` is as it is.
[[nodiscard]] inline std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& string : strings)
    pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace logq::supervise
