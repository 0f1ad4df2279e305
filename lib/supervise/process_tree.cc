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

std::optional<ProcessInfo> read_process(const std::string& directory) {
  const auto text = base::read_small_file(directory + "/stat");
  return text ? parse_stat(*text) : std::nullopt;  // it has ended
}

// A chain that changes while it is read could be a ring.
constexpr int kMostAncestors = 1000;

}  // namespace

std::vector<ProcessInfo> list_processes(const std::string& proc) {
  std::vector<ProcessInfo> all;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(proc, error)) {
    const std::string name = entry.path().filename().string();
    if (name.empty() || name.front() < '0' || name.front() > '9') continue;
    if (auto info = read_process(entry.path().string())) all.push_back(*std::move(info));
  }
  return all;
}

std::vector<ProcessInfo> descendants_of(pid_t root, const std::vector<ProcessInfo>& all) {
  std::map<pid_t, pid_t> parents;
  for (const ProcessInfo& info : all)
    parents[info.pid] = info.parent;
  const auto descends = [&](pid_t pid) {
    for (int steps = 0; steps < kMostAncestors; ++steps) {
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

bool is_descendant_of(pid_t root, pid_t pid, const std::string& proc) {
  for (int steps = 0; steps < kMostAncestors && pid > 0; ++steps) {
    const auto info = read_process(proc + "/" + std::to_string(pid));
    if (!info || info->parent == root) return info.has_value();
    pid = info->parent;
  }
  return false;
}

}  // namespace logq::supervise
