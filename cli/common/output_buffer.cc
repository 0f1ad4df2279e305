#include "common/output_buffer.h"

#include <utility>

#include "base/io.h"

namespace logq::cli {
namespace {

constexpr std::size_t kWriteSize = std::size_t{128} << 10;

}  // namespace

Result<void> OutputBuffer::flush() {
  if (text_.empty()) return {};
  if (before_first_write_) std::exchange(before_first_write_, nullptr)();
  const Result<void> written = base::write_all(fd_, text_);
  text_.clear();
  return written;
}

Result<void> OutputBuffer::flush_if_full() {
  if (text_.size() < kWriteSize) return {};
  return flush();
}

}  // namespace logq::cli
