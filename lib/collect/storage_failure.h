// Which errors say that storage as a whole cannot take entries now, as opposed to one entry that
// cannot be stored, or a mistake in the set-up.
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>

#include "logq/result.h"

namespace logq::collect {

// Not there, not writable, full, or broken: EUCLEAN is what ext4 and xfs say of a damaged file
// system, ESTALE what NFS says of a directory that is gone.
[[nodiscard]] inline bool is_storage_failure(const Error& error) {
  constexpr std::array kReasons = {ENOENT, EROFS, EACCES, EPERM,   ENOSPC, EDQUOT,
                                   EIO,    ENXIO, ENODEV, EUCLEAN, ESTALE};
  return std::ranges::find(kReasons, error.sys_errno) != kReasons.end();
}

}  // namespace logq::collect
