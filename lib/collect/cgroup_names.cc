#include "collect/cgroup_names.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/io.h"
#include "collect/cgroup_path.h"
#include "collect/limits.h"
#include "collect/process_facts.h"

namespace logq::collect {
namespace {

constexpr int kHandleOfKernfs = 0xfe;  // FILEID_KERNFS: eight bytes, the number

// Whether the numbers that processes have are those of the directories below `root`, under the
// paths that /proc tells: not so in a container that has another's mount.
bool is_own_hierarchy(const std::string& root) {
  struct statfs status {};
  if (::statfs(root.c_str(), &status) < 0 || status.f_type != CGROUP2_SUPER_MAGIC) return false;
  const auto own = facts_of_pid(::getpid());
  const auto text = base::read_small_file("/proc/self/cgroup", 1 << 16);
  if (!own.has_value() || !text.has_value()) return false;
  const auto path = find_cgroup_path(*text, CgroupHierarchy::kUnified);
  struct stat directory {};
  return path.has_value() && ::stat((root + *path).c_str(), &directory) == 0 &&
         directory.st_ino == own->cgroup_id;
}

struct DirectoryCloser {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace

CgroupNames::CgroupNames(std::string root) : root_(std::move(root)) {
  if (!is_own_hierarchy(root_)) return;
  mount_.reset(::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

void CgroupNames::learn(std::uint64_t id, std::string_view path, std::string_view invocation_id) {
  if (id == 0 || path.empty()) return;
  const auto [found, is_new] = groups_.try_emplace(id);
  if (is_new) {
    by_age_.push_back(id);
    found->second.path = path;
  }
  if (!invocation_id.empty()) found->second.invocation_id = invocation_id;
  if (groups_.size() <= kCgroupNamesMax) return;
  groups_.erase(by_age_.front());
  by_age_.pop_front();
}

const CgroupNames::Cgroup* CgroupNames::find(std::uint64_t id) {
  auto found = groups_.find(id);
  if (found == groups_.end() && mount_.is_open() && id != 0) {
    if (handles_allowed_) {
      const std::string path = path_by_handle(id);
      handles_allowed_ = !path.empty() || errno != EPERM;
      learn(id, path, {});
    }
    if (!handles_allowed_) look_around();
    found = groups_.find(id);
  }
  return found == groups_.end() ? nullptr : &found->second;
}

bool CgroupNames::lives(std::uint64_t id, const Cgroup& group) const {
  struct stat directory {};
  return mount_.is_open() && ::stat((root_ + group.path).c_str(), &directory) == 0 &&
         directory.st_ino == id;
}

// Empty, with errno, when there is no such group or we may not ask (CAP_DAC_READ_SEARCH).
std::string CgroupNames::path_by_handle(std::uint64_t id) const {
  alignas(file_handle) std::array<char, sizeof(file_handle) + sizeof(id)> bytes{};
  auto* handle = static_cast<file_handle*>(static_cast<void*>(bytes.data()));
  handle->handle_bytes = sizeof(id);
  handle->handle_type = kHandleOfKernfs;
  std::memcpy(bytes.data() + sizeof(file_handle), &id, sizeof(id));
  const base::UniqueFd directory(::open_by_handle_at(mount_.get(), handle, O_PATH | O_CLOEXEC));
  if (!directory.is_open()) return {};
  std::string path(PATH_MAX, '\0');
  const std::string link = "/proc/self/fd/" + std::to_string(directory.get());
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
  path.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  errno = 0;
  if (path == root_) return "/";
  if (!path.starts_with(root_ + "/")) return {};
  path.erase(0, root_.size());
  // One that was removed a moment ago is not named as it was.
  return lives(id, {path, {}}) ? path : std::string();
}

// Learns all groups there are: for who may not ask for one by its number.
void CgroupNames::look_around() {
  const std::uint64_t now = base::Clock::system().now().monotonic_usec;
  if (looked_at_usec_ != 0 && now < looked_at_usec_ + kCgroupLookIntervalUsec) return;
  looked_at_usec_ = now;
  std::vector<std::string> waiting{""};
  for (std::size_t seen = 0; !waiting.empty() && seen < kCgroupNamesMax; ++seen) {
    const std::string path = std::move(waiting.back());
    waiting.pop_back();
    const std::unique_ptr<DIR, DirectoryCloser> directory(::opendir((root_ + path + "/").c_str()));
    if (directory == nullptr) continue;
    while (const dirent* entry = ::readdir(directory.get())) {
      const std::string_view name = entry->d_name;
      if (entry->d_type != DT_DIR || name == "." || name == "..") continue;
      waiting.push_back(path + "/" + std::string(name));
      learn(entry->d_ino, waiting.back(), {});
    }
  }
}

}  // namespace logq::collect
