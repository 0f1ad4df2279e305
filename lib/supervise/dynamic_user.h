// DynamicUser=: a user that exists while a service runs: a number of systemd's range that nobody
// else has, kept by a lock.
#pragma once

#include <string>

#include "base/unique_fd.h"
#include "logq/result.h"
#include "supervise/service_directories.h"
#include "supervise/service_unit.h"

namespace logq::supervise {

// systemd's range.
inline constexpr uid_t kFirstDynamicUser = 61184;
inline constexpr uid_t kLastDynamicUser = 65519;

// "hello" of "hello@7.service"; of one that cannot be a user's name a hash of it.
[[nodiscard]] std::string dynamic_user_name(const std::string& unit_name);
// The number that a name is given where that is free: the same as by systemd.
[[nodiscard]] uid_t preferred_dynamic_user(const std::string& name);

// Gives the settings their user and group: the account of that name where there is one, else a
// number that is locked in `lock_directory` as long as the result is open. Whom its directories
// belong to already goes before the preferred one. REQUIRES: has_dynamic_user. Fails with kBusy
// where all are taken.
[[nodiscard]] Result<base::UniqueFd> acquire_dynamic_user(const std::string& unit_name,
                                                          const DirectoryRoots& roots,
                                                          const std::string& lock_directory,
                                                          ExecutionSettings& settings);

}  // namespace logq::supervise
