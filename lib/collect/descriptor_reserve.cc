#include "collect/descriptor_reserve.h"

#include <fcntl.h>
#include <sys/socket.h>

#include "base/io.h"

namespace logq::collect {
namespace {

base::UniqueFd open_reserve() {
  auto fd = base::open_file("/dev/null", O_RDONLY);
  return fd.has_value() ? std::move(*fd) : base::UniqueFd();
}

}  // namespace

DescriptorReserve::DescriptorReserve() : reserve_(open_reserve()) {}

bool DescriptorReserve::refuse_one(int listener) {
  reserve_.reset();
  const bool refused =
      base::UniqueFd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC)).is_open();
  reserve_ = open_reserve();
  return refused;
}

}  // namespace logq::collect
