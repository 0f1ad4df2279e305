// OutputBuffer: standard output in large writes. What is not flushed when it is destroyed is lost,
// so a program ends with flush() and looks at the result.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "logq/result.h"

namespace logq::cli {

class OutputBuffer {
 public:
  // `before_first_write` is called once, when there is something to write at last.
  explicit OutputBuffer(int fd, std::function<void()> before_first_write = {})
      : fd_(fd),
        before_first_write_(std::move(before_first_write)) {}
  OutputBuffer(const OutputBuffer&) = delete;
  OutputBuffer& operator=(const OutputBuffer&) = delete;
  ~OutputBuffer() = default;

  // Append here.
  [[nodiscard]] std::string& text() { return text_; }

  // The same for a text of any size, and it may be written at once.
  Result<void> write(std::string_view text);

  Result<void> flush();
  // Writes once enough has come together.
  Result<void> flush_if_full();

 private:
  Result<void> write_out(std::string_view text);

  int fd_;
  std::function<void()> before_first_write_;
  std::string text_;
};

}  // namespace logq::cli
