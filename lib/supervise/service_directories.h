// The directories that a service has below /run, /var/lib and their like: made before each of its
// processes, told to it in variables, and those in /run removed behind it.
#pragma once

#include <sys/types.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "supervise/service_unit.h"
#include "supervise/specifiers.h"

namespace logq::supervise {

// What the names are below, by DirectoryKind: absolute.
using DirectoryRoots = std::array<std::string, 5>;
[[nodiscard]] DirectoryRoots directory_roots(const HostFacts& host);

// "RUNTIME_DIRECTORY=/run/a:/run/b" for each kind that there are any of.
[[nodiscard]] std::vector<std::string> directory_variables(const ExecutionSettings& settings,
                                                           const DirectoryRoots& roots);

// Whose they are to be; (uid_t)-1 leaves the user, (gid_t)-1 the group as it is.
struct DirectoryOwner {
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
};
struct DirectoryFailure {
  DirectoryKind kind;
  int sys_errno;
};
// Those that are there get their mode and, with everything in them, their owner, but for
// configuration, which is the administrator's. Only root changes owners.
[[nodiscard]] std::optional<DirectoryFailure> make_service_directories(
    const ExecutionSettings& settings, const DirectoryRoots& roots, const DirectoryOwner& owner);

// At the end of a run, as RuntimeDirectoryPreserve= says.
void remove_runtime_directories(const ExecutionSettings& settings,
                                const DirectoryRoots& roots,
                                bool will_restart);

}  // namespace logq::supervise
