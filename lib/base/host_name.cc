#include "base/host_name.h"

#include <limits.h>
#include <unistd.h>

#include <array>

namespace logq::base {

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return ::gethostname(name.data(), HOST_NAME_MAX) == 0 ? name.data() : "";
}

}  // namespace logq::base
