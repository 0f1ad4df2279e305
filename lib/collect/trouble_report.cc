#include "collect/trouble_report.h"

#include <utility>

namespace logq::collect {
namespace {

constexpr std::uint64_t kQuietUsec = 10'000'000;

}  // namespace

void TroubleReport::failed(const std::string& where, const Error& error, std::uint64_t now_usec) {
  const std::lock_guard lock(mutex_);
  ++untold_;
  if (begun_ || now_usec < quiet_until_usec_) return;
  begun_ = true;
  quiet_until_usec_ = now_usec + kQuietUsec;
  diagnose_(where + ": " + std::string(words_.begins) + ": " + error.message());
}

void TroubleReport::succeeded(const std::string& where) {
  const std::lock_guard lock(mutex_);
  if (!begun_) return;
  begun_ = false;
  tell_count(where, words_.over);
}

void TroubleReport::finish(const std::string& where) {
  const std::lock_guard lock(mutex_);
  if (untold_ != 0) tell_count(where, "stopping");
  begun_ = false;
}

void TroubleReport::tell_count(const std::string& where, std::string_view introduction) {
  const std::uint64_t count = std::exchange(untold_, 0);
  diagnose_(where + ": " + std::string(introduction) + "; " + std::string(words_.failed) + ": " +
            std::to_string(count));
}

}  // namespace logq::collect
