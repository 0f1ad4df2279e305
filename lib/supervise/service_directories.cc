#include "supervise/service_directories.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>
#include <tuple>

#include "base/io.h"
#include "base/unique_fd.h"

namespace logq::supervise {
namespace {

constexpr std::array<std::string_view, 5> kVariables = {"RUNTIME_DIRECTORY", "STATE_DIRECTORY",
                                                        "CACHE_DIRECTORY", "LOGS_DIRECTORY",
                                                        "CONFIGURATION_DIRECTORY"};

// A link below a directory of the service's may lead anywhere, so none is followed.
constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

bool is_owned(const struct stat& status, const DirectoryOwner& owner) {
  const bool is_of_user = owner.uid == static_cast<uid_t>(-1) || status.st_uid == owner.uid;
  return is_of_user && (owner.gid == static_cast<gid_t>(-1) || status.st_gid == owner.gid);
}

// The directory itself last, so that an interrupted change is not taken for a finished one.
int change_owner(base::UniqueFd directory, const DirectoryOwner& owner) {
  const int fd = directory.get();
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(fd), ::closedir);
  if (!entries) return errno;
  std::ignore = directory.release();
  for (;;) {
    errno = 0;
    const dirent* const entry = ::readdir(entries.get());
    if (entry == nullptr) break;
    const std::string name = static_cast<const char*>(entry->d_name);
    if (name == "." || name == "..") continue;
    if (auto inner = base::open_file_at(fd, name, kOpenDirectory)) {
      if (const int trouble = change_owner(*std::move(inner), owner); trouble != 0) return trouble;
    } else if (::fchownat(fd, name.c_str(), owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW) != 0 &&
               errno != ENOENT) {
      return errno;
    }
  }
  if (errno != 0) return errno;
  return ::fchown(fd, owner.uid, owner.gid) == 0 ? 0 : errno;
}

int make_one(const std::string& path,
             DirectoryKind kind,
             mode_t mode,
             const DirectoryOwner& owner) {
  const auto parents = base::make_directories(path.substr(0, path.rfind('/')), 0755);
  if (!parents) return parents.error().sys_errno;
  if (::mkdir(path.c_str(), mode) != 0) {
    if (errno != EEXIST) return errno;
    if (kind == DirectoryKind::kConfiguration) return 0;
  }
  auto directory = base::open_file(path, kOpenDirectory);
  if (!directory) return directory.error().sys_errno;
  if (::fchmod(directory->get(), mode) != 0) return errno;
  struct stat status {};
  if (::fstat(directory->get(), &status) != 0) return errno;
  if (::geteuid() != 0 || is_owned(status, owner)) return 0;
  return change_owner(*std::move(directory), owner);
}

}  // namespace

DirectoryRoots directory_roots(const HostFacts& host) {
  return {host.runtime_directory, host.state_directory, host.cache_directory, host.logs_directory,
          host.configuration_directory};
}

std::vector<std::string> directory_variables(const ExecutionSettings& settings,
                                             const DirectoryRoots& roots) {
  std::vector<std::string> variables;
  for (std::size_t kind = 0; kind < kVariables.size(); ++kind) {
    std::string paths;
    for (const std::string& name : settings.directories[kind].names)
      paths += (paths.empty() ? "" : ":") + roots[kind] + "/" + name;
    if (!paths.empty()) variables.push_back(std::string(kVariables[kind]) + "=" + paths);
  }
  return variables;
}

std::optional<DirectoryFailure> make_service_directories(const ExecutionSettings& settings,
                                                         const DirectoryRoots& roots,
                                                         const DirectoryOwner& owner) {
  for (std::size_t index = 0; index < roots.size(); ++index) {
    const auto kind = static_cast<DirectoryKind>(index);
    for (const std::string& name : settings.directories[index].names) {
      const std::string path = roots[index] + "/" + name;
      const int trouble = make_one(path, kind, settings.directories[index].mode, owner);
      if (trouble != 0) return DirectoryFailure{kind, trouble};
    }
  }
  return std::nullopt;
}

void remove_runtime_directories(const ExecutionSettings& settings,
                                const DirectoryRoots& roots,
                                bool will_restart) {
  const PreserveRuntime preserve = settings.preserve_runtime;
  if (preserve == PreserveRuntime::kYes) return;
  if (preserve == PreserveRuntime::kRestart && will_restart) return;
  constexpr auto kRuntime = static_cast<std::size_t>(DirectoryKind::kRuntime);
  for (const std::string& name : settings.directories[kRuntime].names) {
    std::error_code ignored;
    std::filesystem::remove_all(roots[kRuntime] + "/" + name, ignored);
  }
}

}  // namespace logq::supervise
