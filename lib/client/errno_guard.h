// ErrnoGuard: gives the caller's errno back at the end of the scope.
#pragma once

#include <cerrno>

namespace logq::client {

class ErrnoGuard {
 public:
  ErrnoGuard() : saved_(errno) {}
  ErrnoGuard(const ErrnoGuard&) = delete;
  ErrnoGuard& operator=(const ErrnoGuard&) = delete;
  ~ErrnoGuard() { errno = saved_; }

  [[nodiscard]] int saved() const { return saved_; }

 private:
  const int saved_;
};

}  // namespace logq::client
