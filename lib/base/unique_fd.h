// UniqueFd: the owner of one file descriptor.
#pragma once

#include <utility>

#include "logq/result.h"

namespace logq::base {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  // Closes what is held, keeps errno, and takes `fd`.
  void reset(int fd = -1) noexcept;
  // Closes and reports: ENOSPC and EIO of a writer surface here. Never retried after EINTR, since
  // Linux has closed the descriptor by then.
  Result<void> close();
  // A duplicate with close-on-exec.
  [[nodiscard]] Result<UniqueFd> duplicate() const;

 private:
  int fd_ = -1;
};

}  // namespace logq::base
