// Which errors say that a file system has no room left, as opposed to one that fails.
#pragma once

#include <cerrno>

#include "logq/result.h"

namespace logq::journal {

// Also where a quota is used up.
[[nodiscard]] inline bool is_no_room(const Error& error) {
  return error.sys_errno == ENOSPC || error.sys_errno == EDQUOT;
}

}  // namespace logq::journal
