// OutputBuffer: standard output in large writes. What is not flushed when it is destroyed is lost,
// so a program ends with flush() and looks at the result.
#pragma once

#include <string>

#include "logq/result.h"

namespace logq::cli {

class OutputBuffer {
 public:
  explicit OutputBuffer(int fd) : fd_(fd) {}
  OutputBuffer(const OutputBuffer&) = delete;
  OutputBuffer& operator=(const OutputBuffer&) = delete;
  ~OutputBuffer() = default;

  // Append here.
  [[nodiscard]] std::string& text() { return text_; }

  Result<void> flush();
  // Writes once enough has come together.
  Result<void> flush_if_full();

 private:
  int fd_;
  std::string text_;
};

}  // namespace logq::cli
