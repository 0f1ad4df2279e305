#include "common/output_buffer.h"

#include <utility>

#include "base/io.h"
#include "base/try.h"

namespace logq::cli {
namespace {

constexpr std::size_t kWriteSize = std::size_t{128} << 10;

}  // namespace

Result<void> OutputBuffer::write(std::string_view text) {
  if (text.size() < kWriteSize) {
    text_ += text;
    return flush_if_full();
  }
  LOGQ_TRY(flush());
  return write_out(text);
}

Result<void> OutputBuffer::flush() {
  if (text_.empty()) return {};
  const Result<void> written = write_out(text_);
  text_.clear();
  return written;
}

Result<void> OutputBuffer::write_out(std::string_view text) {
  if (before_first_write_) std::exchange(before_first_write_, nullptr)();
  return base::write_all(fd_, text);
}

Result<void> OutputBuffer::flush_if_full() {
  if (text_.size() < kWriteSize) return {};
  return flush();
}

}  // namespace logq::cli
