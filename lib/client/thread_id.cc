#include "client/thread_id.h"

#include <pthread.h>
#include <unistd.h>

namespace logq::client {
namespace {

thread_local std::uint64_t cached_id = 0;

void forget_cached_id() {
  cached_id = 0;
}

// No static variable of the function below: another thread could be at its first call at a fork.
// Before it is initialised, by a static constructor, nothing is remembered.
const bool is_forgotten_by_children = ::pthread_atfork(nullptr, nullptr, &forget_cached_id) == 0;

}  // namespace

std::uint64_t current_thread_id() noexcept {
  if (cached_id == 0) [[unlikely]] {
    const auto id = static_cast<std::uint64_t>(::gettid());
    if (!is_forgotten_by_children) return id;
    cached_id = id;
  }
  return cached_id;
}

}  // namespace logq::client
