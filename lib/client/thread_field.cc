#include "logq/thread_field.h"

namespace logq {
namespace {

// A plain pointer: it needs no destructor, so logging works until the very end of a thread.
thread_local ThreadField* innermost_field = nullptr;

}  // namespace

const ThreadField* ThreadField::innermost() noexcept {
  return innermost_field;
}

ThreadField::ThreadField(const Field& field) noexcept : field_(field), outer_(innermost_field) {
  if (outer_ != nullptr) outer_->inner_ = this;
  innermost_field = this;
}

ThreadField::~ThreadField() {
  if (outer_ != nullptr) outer_->inner_ = inner_;
  if (inner_ != nullptr) {
    inner_->outer_ = outer_;
  } else {
    innermost_field = outer_;
  }
}

}  // namespace logq
