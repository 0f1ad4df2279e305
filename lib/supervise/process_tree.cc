#include "supervise/process_tree.h"

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
  std::from_chars(text.data() + close + 4, text.data() + text.size(), info.parent);
  return info;
}

}  // namespace

std::vector<ProcessInfo> list_processes(const std::string& proc) {
  std::vector<ProcessInfo> all;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(proc, error)) {
    const std::string name = entry.path().filename().string();
    if (name.empty() || name.front() < '0' || name.front() > '9') continue;
    const auto text = base::read_small_file(entry.path().string() + "/stat");
    if (!text) continue;  // it has ended
    if (auto info = parse_stat(*text)) all.push_back(*std::move(info));
  }
  return all;
}

std::vector<ProcessInfo> descendants_of(pid_t root, const std::vector<ProcessInfo>& all) {
  std::map<pid_t, pid_t> parents;
  for (const ProcessInfo& info : all)
    parents[info.pid] = info.parent;
  const auto descends = [&](pid_t pid) {
    // A chain that changed while it was read could be a ring.
    for (std::size_t steps = 0; steps <= parents.size(); ++steps) {
      const auto found = parents.find(pid);
      if (found == parents.end()) return false;
      if (found->second == root) return true;
      pid = found->second;
    }
    return false;
  };
  std::vector<ProcessInfo> result;
  std::ranges::copy_if(all, std::back_inserter(result), [&](const ProcessInfo& info) {
    return !info.is_zombie && info.pid != root && descends(info.pid);
  });
  return result;
}

}  // namespace logq::supervise
