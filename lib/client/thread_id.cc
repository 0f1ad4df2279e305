#include "client/thread_id.h"

#include <pthread.h>
#include <unistd.h>

namespace logq::client {
namespace {

thread_local std::uint64_t cached_id = 0;

void forget_cached_id() {
  cached_id = 0;
}

}  // namespace

std::uint64_t current_thread_id() noexcept {
  if (cached_id == 0) [[unlikely]] {
    static const int registered = ::pthread_atfork(nullptr, nullptr, &forget_cached_id);
    const auto id = static_cast<std::uint64_t>(::gettid());
    if (registered != 0) return id;
    cached_id = id;
  }
  return cached_id;
}

}  // namespace logq::client
