// The kernel's id of the calling thread, cached per thread and asked anew in the child of a fork.
#pragma once

#include <cstdint>

namespace logq::client {

[[nodiscard]] std::uint64_t current_thread_id() noexcept;

}  // namespace logq::client
