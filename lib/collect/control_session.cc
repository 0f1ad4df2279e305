#include "collect/control_session.h"

#include <utility>

#include "collect/limits.h"

namespace logq::collect {

ControlSession::ControlSession(ControlMethods& methods,
                               bool privileged,
                               ControlMethods::Reply later)
    : methods_(methods),
      privileged_(privileged),
      later_(std::move(later)) {}

bool ControlSession::wants_input() const {
  return !broken_ && !input_ended_ && !awaits_answer_ && output_.empty() && call_size_ == 0;
}

void ControlSession::look_for_call(std::size_t from) {
  const std::size_t end = input_.find(wire::kVarlinkEnd, from);
  call_size_ = end == std::string::npos ? 0 : end + 1;
  const std::size_t size = call_size_ == 0 ? input_.size() : call_size_;
  if (size > kControlMessageMax) broken_ = true;
}

void ControlSession::received(std::string_view bytes) {
  const std::size_t seen = input_.size();
  input_.append(bytes);
  look_for_call(seen);
}

bool ControlSession::has_call() const {
  return !broken_ && !awaits_answer_ && output_.empty() && call_size_ > 0;
}

void ControlSession::answer_call() {
  const auto call = wire::parse_varlink_call(std::string_view(input_).substr(0, call_size_ - 1));
  if (!call) {
    broken_ = true;
    return;
  }
  const bool one_way = call->one_way;
  awaits_answer_ = !one_way;
  auto answer = methods_.answer(*call, privileged_,
                                one_way ? [](const std::string& /*unwanted*/) {} : later_);
  input_.erase(0, call_size_);
  look_for_call(0);
  if (answer && !one_way) answered(std::move(*answer));
}

void ControlSession::answered(std::string message) {
  awaits_answer_ = false;
  output_ = std::move(message);
}

bool ControlSession::is_over() const {
  if (!output_.empty() || awaits_answer_) return false;
  return broken_ || (input_ended_ && call_size_ == 0);
}

}  // namespace logq::collect
