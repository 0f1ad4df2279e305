#include "supervise/pipe_input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/try.h"

namespace logq::supervise {
namespace {

using std::chrono::microseconds;

constexpr microseconds kFirstPause{50};         // for the rest of a line, doubling
constexpr microseconds kLongestPause{100'000};  // then it is not awaited in the pipe any more

bool is_pipe(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

Result<std::size_t> read_once(int fd, char* to, std::size_t bytes) {
  ssize_t count = 0;
  do {
    count = ::read(fd, to, bytes);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return fail(Error::system(errno, "read"));
  return static_cast<std::size_t>(count);
}

Result<void> read_exactly(int fd, char* to, std::size_t bytes) {
  while (bytes != 0) {
    const std::size_t count = LOGQ_TRY(read_once(fd, to, bytes));
    if (count == 0) return fail(Error::make(Errc::kClosed, "somebody else reads the pipe"));
    to += count;
    bytes -= count;
  }
  return {};
}

bool is_full(int pipe_in) {
  pollfd room{pipe_in, POLLOUT, 0};
  return ::poll(&room, 1, 0) == 0;
}

}  // namespace

PipeInput::PipeInput(int fd, std::size_t piece_bytes) : fd_(fd), piece_bytes_(piece_bytes) {
  std::array<int, 2> ends{};
  if (!is_pipe(fd) || ::pipe2(ends.data(), O_CLOEXEC) != 0) return;
  copy_out_ = base::UniqueFd(ends[0]);
  copy_in_ = base::UniqueFd(ends[1]);
  nowhere_ = base::UniqueFd(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  // Then what fills the one fills the other, however small the pieces that it came in.
  const int size = ::fcntl(fd, F_GETPIPE_SZ);
  if (size > 0 && static_cast<std::size_t>(size) < piece_bytes) {
    ::fcntl(copy_in_.get(), F_SETPIPE_SZ, size);
  }
}

Result<std::string_view> PipeInput::look() {
  if (buffer_.size() < held_ + piece_bytes_) buffer_.resize(held_ + piece_bytes_);
  seen_ = 0;
  seen_ = LOGQ_TRY(read_new(buffer_.data() + held_));
  if (!copy_in_.is_open()) {
    held_ += seen_;
    seen_ = 0;
  }
  return rest();
}

Result<std::size_t> PipeInput::read_new(char* to) {
  if (copy_in_.is_open()) return peek(to);
  const auto count = read_once(fd_, to, piece_bytes_);
  if (!count && count.error().sys_errno == EAGAIN) return 0;
  at_end_ = count && *count == 0;
  return count;
}

Result<std::size_t> PipeInput::peek(char* to) {
  ssize_t count = 0;
  do {
    count = ::tee(fd_, copy_in_.get(), piece_bytes_, SPLICE_F_NONBLOCK);
  } while (count < 0 && errno == EINTR);
  if (count < 0 && errno == EAGAIN) return 0;
  if (count < 0) {  // not in this sandbox, perhaps: then it is read like what is no pipe
    copy_in_.reset();
    copy_out_.reset();
    return read_new(to);
  }
  at_end_ = count == 0;
  const auto bytes = static_cast<std::size_t>(count);
  is_full_ = bytes == piece_bytes_ || is_full(copy_in_.get());
  LOGQ_TRY(read_exactly(copy_out_.get(), to, bytes));
  return bytes;
}

Result<void> PipeInput::take(std::size_t bytes) {
  if (bytes == 0) return {};
  const std::size_t from_held = std::min(bytes, held_);
  if (bytes > from_held) LOGQ_TRY(discard(bytes - from_held));
  held_ -= from_held;
  seen_ -= bytes - from_held;
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(bytes),
            buffer_.begin() + static_cast<std::ptrdiff_t>(bytes + held_ + seen_), buffer_.begin());
  is_full_ = false;
  left_ = 0;
  return {};
}

std::optional<microseconds> PipeInput::leave_line() {
  if (seen_ == 0 || is_full_ || at_end_) return std::nullopt;
  const std::size_t before = std::exchange(left_, seen_);
  if (before == 0) {
    pause_ = microseconds(0);  // there may be more already
  } else if (before == seen_ || pause_ == microseconds(0)) {
    pause_ = std::max(pause_ * 2, kFirstPause);
  }
  if (pause_ > kLongestPause) return std::nullopt;
  return pause_;
}

// They have been copied. splice(2) does not do so again, and does not wait where somebody else has
// read them.
Result<void> PipeInput::discard(std::size_t bytes) const {
  while (bytes != 0 && nowhere_.is_open()) {
    const ssize_t count =
        ::splice(fd_, nullptr, nowhere_.get(), nullptr, bytes, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0 || (count < 0 && errno == EAGAIN)) {
      return fail(Error::make(Errc::kClosed, "somebody else reads the pipe"));
    }
    if (count < 0) break;
    bytes -= static_cast<std::size_t>(count);
  }
  std::vector<char> unused(bytes);
  return read_exactly(fd_, unused.data(), bytes);
}

Result<void> PipeInput::hold() {
  LOGQ_TRY(discard(seen_));
  held_ += seen_;
  seen_ = 0;
  left_ = 0;
  return {};
}

}  // namespace logq::supervise
