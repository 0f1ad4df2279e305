// What functions of sd-event return, as a Result.
#pragma once

#include "logq/result.h"

namespace logq::collect {

// `status` is negative, an errno, when `call` failed.
inline Result<void> event_result(int status, Literal call) {
  if (status < 0) return fail(Error::system(-status, call));
  return {};
}

}  // namespace logq::collect
