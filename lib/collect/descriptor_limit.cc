#include "collect/descriptor_limit.h"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

#include "collect/limits.h"

namespace logq::collect {

int first_reserved_descriptor() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) < 0) return std::numeric_limits<int>::max();
  const rlim_t headroom = std::min<rlim_t>(kDescriptorHeadroom, limit.rlim_cur / 4);
  return static_cast<int>(
      std::min<rlim_t>(limit.rlim_cur - headroom, std::numeric_limits<int>::max()));
}

bool has_descriptor_headroom() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 4 >= kDescriptorHeadroom;
}

}  // namespace logq::collect
