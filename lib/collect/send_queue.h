// SendQueue: pieces of text that wait for somebody who takes them slowly, up to a bound.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace logq::collect {

class SendQueue {
 public:
  explicit SendQueue(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // False when there is no room; nothing has changed then.
  [[nodiscard]] bool push(std::string&& piece) {
    if (piece.size() > bytes_max_ - bytes_) return false;
    bytes_ += piece.size();
    pieces_.push_back(std::move(piece));
    return true;
  }
  [[nodiscard]] bool empty() const { return pieces_.empty(); }
  [[nodiscard]] std::size_t size() const { return pieces_.size(); }
  // What is left of the first piece. REQUIRES: not empty.
  [[nodiscard]] std::string_view front() const {
    return std::string_view(pieces_.front()).substr(taken_);
  }
  // So much of front() was taken.
  void take(std::size_t bytes) {
    taken_ += bytes;
    if (taken_ < pieces_.front().size()) return;
    bytes_ -= pieces_.front().size();
    pieces_.pop_front();
    taken_ = 0;
  }
  // The first piece must be taken as a whole: what was taken of it is lost.
  void begin_again() { taken_ = 0; }
  void clear() {
    pieces_.clear();
    bytes_ = 0;
    taken_ = 0;
  }

 private:
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::size_t taken_ = 0;  // of the first piece
  std::deque<std::string> pieces_;
};

}  // namespace logq::collect
