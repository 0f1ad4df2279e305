#include "supervise/descendants.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <set>
#include <utility>

#include "base/io.h"

namespace logq::supervise {
namespace {

constexpr int kMostReadings = 5;
constexpr std::size_t kMostListBytes = std::size_t{16} << 20;

// What was seen of a process: of two readings equal where nothing has happened to it in between.
struct Sight {
  pid_t pid = 0;
  std::vector<pid_t> threads_before = {};
  std::vector<pid_t> children = {};
  // Both looked at after the children: what ended before it lost them, seems without any.
  std::vector<pid_t> threads = {};
  std::optional<ProcessInfo> info = std::nullopt;

  friend bool operator==(const Sight& one, const Sight& other) {
    return one.pid == other.pid && one.threads_before == other.threads_before &&
           one.children == other.children && one.threads == other.threads &&
           is_same(one.info, other.info);
  }
  static bool is_same(const std::optional<ProcessInfo>& one,
                      const std::optional<ProcessInfo>& other) {
    if (!one || !other) return one.has_value() == other.has_value();
    return one->parent == other->parent && one->session == other->session &&
           one->is_zombie == other->is_zombie;
  }
};

std::vector<pid_t> threads_in(const std::string& directory) {
  std::vector<pid_t> threads;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(directory, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    pid_t thread = 0;
    std::from_chars(name.data(), name.data() + name.size(), thread);
    threads.push_back(thread);
  }
  return threads;
}

// "11 12 13 ", appended. False where there is no such list.
bool append_list(const std::string& file, std::vector<pid_t>& pids) {
  const auto text = base::read_small_file(file, kMostListBytes);
  if (!text || text->size() == kMostListBytes) return false;
  const char* const end = text->data() + text->size();
  for (const char* at = text->data(); at < end; ++at) {
    pid_t pid = 0;
    at = std::from_chars(at, end, pid).ptr;
    if (pid != 0) pids.push_back(pid);
  }
  return true;
}

// One reading of all lists.
class Reading {
 public:
  Reading(const std::function<bool(pid_t)>& is_wanted, const std::string& proc)
      : is_wanted_(is_wanted),
        proc_(proc) {}

  // False where the kernel has no such lists.
  bool read(pid_t root) {
    Sight own{.pid = root};
    if (!append_wanted(root, own.children)) return false;
    for (const pid_t child : std::exchange(own.children, {}))
      read_below(child);
    // Once more after all others, since whoever loses its parent comes to us.
    if (sights_.empty()) return true;
    if (!append_wanted(root, own.children)) return false;
    sights_.push_back(std::move(own));
    return true;
  }
  [[nodiscard]] const std::vector<Sight>& sights() const { return sights_; }
  [[nodiscard]] std::vector<Descendant> take_found() && { return std::move(found_); }

 private:
  bool append_wanted(pid_t root, std::vector<pid_t>& children) const {
    const std::string own = std::to_string(root);
    if (!append_list(proc_ + "/" + own + "/task/" + own + "/children", children)) return false;
    std::erase_if(children, [&](pid_t child) { return !is_wanted_(child); });
    return true;
  }

  const Sight& look_at(pid_t pid) {
    const std::string directory = proc_ + "/" + std::to_string(pid) + "/task";
    Sight sight;
    sight.pid = pid;
    sight.threads_before = threads_in(directory);
    for (const pid_t thread : sight.threads_before)
      append_list(directory + "/" + std::to_string(thread) + "/children", sight.children);
    sight.threads = threads_in(directory);
    sight.info = read_process(pid, proc_);
    return sights_.emplace_back(std::move(sight));
  }

  void read_below(pid_t child) {
    std::optional<ProcessInfo> top;
    for (std::vector<pid_t> left{child}; !left.empty();) {
      const pid_t pid = left.back();
      left.pop_back();
      if (!met_.insert(pid).second) continue;  // it has moved
      const Sight& sight = look_at(pid);
      if (pid == child) top = sight.info;
      if (sight.info && top) found_.push_back({*sight.info, *top});
      left.insert(left.end(), sight.children.begin(), sight.children.end());
    }
  }

  const std::function<bool(pid_t)>& is_wanted_;
  const std::string& proc_;
  std::set<pid_t> met_;
  std::vector<Sight> sights_;
  std::vector<Descendant> found_;
};

}  // namespace

std::optional<std::vector<Descendant>> find_descendants(
    pid_t root, const std::function<bool(pid_t child)>& is_wanted, const std::string& proc) {
  std::vector<Sight> before;  // the first reading is the last where nobody is seen
  for (int readings = 0; readings < kMostReadings; ++readings) {
    Reading reading(is_wanted, proc);
    if (!reading.read(root)) return std::nullopt;
    if (reading.sights() != before) {
      before = reading.sights();
      continue;
    }
    std::vector<Descendant> found = std::move(reading).take_found();
    std::ranges::sort(found, {}, [](const Descendant& one) { return one.info.pid; });
    return found;
  }
  return std::nullopt;
}

}  // namespace logq::supervise
