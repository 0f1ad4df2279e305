#include "logq/thread_field.h"

#include "logq/internal/entry_queue.h"

namespace logq {

using internal::thread_state;

const ThreadField* ThreadField::innermost() noexcept {
  return thread_state.innermost;
}

ThreadField::ThreadField(const Field& field) noexcept
    : field_(field),
      outer_(thread_state.innermost) {
  if (outer_ != nullptr) outer_->inner_ = this;
  thread_state.innermost = this;
}

ThreadField::~ThreadField() {
  if (outer_ != nullptr) outer_->inner_ = inner_;
  if (inner_ != nullptr) {
    inner_->outer_ = outer_;
  } else {
    thread_state.innermost = outer_;
  }
}

}  // namespace logq
