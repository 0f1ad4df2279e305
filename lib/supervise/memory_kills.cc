#include "supervise/memory_kills.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <vector>

#include "base/io.h"

namespace logq::supervise {
namespace {

constexpr std::string_view kKilled = "Killed process ";  // in the words of all kernels since 2.6
constexpr std::string_view kCount = "oom_kill ";
constexpr std::size_t kRecordMax = 8192;
constexpr ino_t kInitialPidNamespace = 0xEFFFFFFC;  // PROC_PID_INIT_INO

template <typename Number>
Number number_at(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool has_kernels_pids() {
  struct stat of {};
  return ::stat("/proc/self/ns/pid", &of) == 0 && of.st_ino == kInitialPidNamespace;
}

// The file of the group that a line of /proc/self/cgroup names; empty: it has none.
std::string counting_file(std::string_view line) {
  const std::size_t first = line.find(':');
  const std::size_t second = line.find(':', first + 1);
  if (second == std::string_view::npos) return {};
  const std::string_view controllers = line.substr(first + 1, second - first - 1);
  const std::string path(line.substr(second + 1));
  std::vector<std::string> candidates;
  if (controllers == "memory")
    candidates = {"/sys/fs/cgroup/memory" + path + "/memory.oom_control"};
  if (controllers.empty()) candidates = {"/sys/fs/cgroup" + path + "/memory.events"};
  for (const std::string& candidate : candidates)
    if (::access(candidate.c_str(), R_OK) == 0) return candidate;
  return {};
}

}  // namespace

MemoryKills::Places MemoryKills::Places::of_this_process() {
  Places places;
  if (has_kernels_pids()) places.kernel_log = "/dev/kmsg";
  const std::string groups = base::read_small_file("/proc/self/cgroup").value_or(std::string());
  for (std::string_view rest = groups; !rest.empty() && places.group.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    places.group = counting_file(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  return places;
}

MemoryKills::MemoryKills(const Places& places) : group_(places.group) {
  if (!places.kernel_log.empty())
    kernel_log_.reset(::open(places.kernel_log.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (kernel_log_.is_open()) ::lseek(kernel_log_.get(), 0, SEEK_END);
  group_told_ = group_count();
}

bool MemoryKills::has_killed(pid_t pid) {
  if (kernel_log_.is_open()) {
    read_kernel_log();
    return std::erase(victims_, pid) != 0;
  }
  if (group_count() <= group_told_) return false;
  ++group_told_;
  return true;
}

// Records come one by one. Those that were overwritten before they were read are left out.
void MemoryKills::read_kernel_log() {
  std::array<char, kRecordMax> buffer{};
  for (;;) {
    const ssize_t size = ::read(kernel_log_.get(), buffer.data(), buffer.size());
    if (size < 0 && (errno == EPIPE || errno == EINTR)) continue;
    if (size <= 0) return;
    std::string_view rest(buffer.data(), static_cast<std::size_t>(size));
    for (std::size_t at = 0; (at = rest.find(kKilled)) != std::string_view::npos;) {
      rest.remove_prefix(at + kKilled.size());
      victims_.push_back(number_at<pid_t>(rest));
      if (victims_.size() > kMostVictims) victims_.pop_front();
    }
  }
}

std::uint64_t MemoryKills::group_count() const {
  if (group_.empty()) return 0;
  const std::string text = "\n" + base::read_small_file(group_).value_or(std::string());
  const std::size_t at = text.find("\n" + std::string(kCount));
  return at == std::string::npos
             ? 0
             : number_at<std::uint64_t>(std::string_view(text).substr(at + 1 + kCount.size()));
}

}  // namespace logq::supervise
