#include "collect/refuge.h"

#include <algorithm>

#include "collect/limits.h"

namespace logq::collect {

void Refuge::begin(const Error& reason, std::uint64_t now_usec, std::uint64_t retry_usec) {
  reason_ = reason;
  const bool comes_and_goes = pause_usec_ != 0 && now_usec < ended_at_usec_ + kRefugeCalmUsec;
  pause_usec_ = std::min(comes_and_goes ? 2 * pause_usec_ : retry_usec, kRefugeRetryMaxUsec);
  next_look_usec_ = now_usec + pause_usec_;
}

void Refuge::failed(const Error& reason, std::uint64_t now_usec) {
  reason_ = reason;
  pause_usec_ = std::min(2 * pause_usec_, kRefugeRetryMaxUsec);
  next_look_usec_ = now_usec + pause_usec_;
}

void Refuge::end(std::uint64_t now_usec) {
  reason_.reset();
  ended_at_usec_ = now_usec;
}

}  // namespace logq::collect
