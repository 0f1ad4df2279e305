// What was sent on a stream and its reader may not have read: kept to be sent again when the reader
// dies with it in its queue.
//
// The kernel says how much of the queue is unread at most (SIOCOUTQ counts the bytes and what it
// takes to keep them), so what is kept is never too little. It begins with a line, so that one that
// was cut is repeated whole, unless that is very long. Not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace logq::supervise {

class SentBytes {
 public:
  void add(std::string_view bytes) { bytes_.append(bytes); }
  // At most so many of the last bytes are still unread.
  void confirm(std::size_t unread_bytes);

  [[nodiscard]] std::string_view kept() const { return std::string_view(bytes_).substr(begin_); }
  // All of it, which is then forgotten.
  [[nodiscard]] std::string take();

 private:
  std::string bytes_;
  std::size_t begin_ = 0;
};

}  // namespace logq::supervise
