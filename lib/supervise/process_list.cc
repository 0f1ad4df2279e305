#include "supervise/process_list.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>

#include "base/io.h"

namespace logq::supervise {
namespace {

// "4711 (name) S 1 ...": the name may hold anything, so its end is the last parenthesis.
std::optional<ProcessInfo> parse_stat(std::string_view text) {
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close + 4 > text.size())
    return std::nullopt;
  ProcessInfo info;
  std::from_chars(text.data(), text.data() + open, info.pid);
  info.command = text.substr(open + 1, close - open - 1);
  const char state = text[close + 2];
  info.is_zombie = state == 'Z' || state == 'X';
  const char* const end = text.data() + text.size();
  pid_t group = 0;
  const char* at = std::from_chars(text.data() + close + 4, end, info.parent).ptr;
  for (pid_t* const number : {&group, &info.session})
    if (at != end) at = std::from_chars(at + 1, end, *number).ptr;
  return info;
}

std::optional<ProcessInfo> read_directory(const std::string& directory) {
  const auto text = base::read_small_file(directory + "/stat");
  return text ? parse_stat(*text) : std::nullopt;  // it has ended
}

}  // namespace

std::vector<ProcessInfo> list_processes(const std::string& proc) {
  std::vector<ProcessInfo> all;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(proc, error)) {
    const std::string name = entry.path().filename().string();
    if (name.empty() || name.front() < '0' || name.front() > '9') continue;
    if (auto info = read_directory(entry.path().string())) all.push_back(*std::move(info));
  }
  return all;
}

std::optional<ProcessInfo> read_process(pid_t pid, const std::string& proc) {
  return read_directory(proc + "/" + std::to_string(pid));
}

}  // namespace logq::supervise
