#include "base/descriptor_limit.h"

#include <sys/resource.h>

#include <tuple>

namespace logq::base {

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) < 0) return;
  limit.rlim_cur = limit.rlim_max;
  std::ignore = ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace logq::base
