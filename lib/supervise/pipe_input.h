// A logger's input, read so that nothing is taken out of the pipe before somebody else has it.
//
// What is in the pipe is looked at with tee(2) and stays there until take(): a logger that ends,
// even by a kill, leaves it to its successor. So does the beginning of a line, while the rest may
// be on its way: taken, it would be cut in two when the logger has to stop between them. poll(2)
// tells of it again and again, so it is looked at in pauses, and taken when it has not grown for a
// while. Input that is no pipe has no successor and is simply read. Not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "logq/result.h"

namespace logq::supervise {

class PipeInput {
 public:
  // Does not own the descriptor. Looks at so many bytes at a time beside those it holds.
  explicit PipeInput(int fd, std::size_t piece_bytes = std::size_t{64} * 1024);

  // What is held, and behind it what has come since. Blocks while there is nothing new unless the
  // input is a pipe: poll first. The view is valid until the next call of anything.
  Result<std::string_view> look();
  // After look(): nothing will follow what it returned.
  [[nodiscard]] bool at_end() const { return at_end_; }

  // Takes bytes from the front of what look() returned.
  Result<void> take(std::size_t bytes);
  // What look() returned and was not taken; valid as long.
  [[nodiscard]] std::string_view rest() const { return {buffer_.data(), held_ + seen_}; }
  // Whether the rest, the beginning of a line, can stay where it is, and after which pause to look
  // again. Nothing when it has to be taken or held: it fills the pipe, it has not grown for long,
  // or this is no pipe.
  std::optional<std::chrono::microseconds> leave_line();
  // Takes the rest and keeps it: the next look() begins with it.
  Result<void> hold();
  [[nodiscard]] std::string_view held() const { return {buffer_.data(), held_}; }
  [[nodiscard]] std::size_t held_bytes() const { return held_; }

 private:
  Result<std::size_t> read_new(char* to);
  Result<std::size_t> peek(char* to);
  [[nodiscard]] Result<void> discard(std::size_t bytes) const;

  const int fd_;
  const std::size_t piece_bytes_;
  base::UniqueFd copy_out_;  // a pipe for tee(); closed when the input is no pipe
  base::UniqueFd copy_in_;
  base::UniqueFd nowhere_;  // /dev/null; not open where there is none
  std::vector<char> buffer_;
  std::size_t held_ = 0;  // bytes of the buffer that are out of the pipe
  std::size_t seen_ = 0;  // bytes behind them that are still in it
  bool is_full_ = false;  // no more can be seen before something is taken
  bool at_end_ = false;
  std::size_t left_ = 0;  // what there was of a line at the last leave_line()
  std::chrono::microseconds pause_{0};
};

}  // namespace logq::supervise
