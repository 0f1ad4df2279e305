#include "client/stream_transport.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <new>

#include "base/clock.h"
#include "client/entry_encoder.h"
#include "client/futex.h"
#include "client/human_lines.h"
#include "client/logfmt_line.h"

namespace logq::client {
namespace {

// Keeps a write to a pipe without reader from killing the application: blocks SIGPIPE for this
// thread and takes the one that the write raised, but none that was pending before.
class SigpipeGuard {
 public:
  SigpipeGuard() {
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    sigset_t pending{};
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &sigpipe_, &previous_);
  }
  SigpipeGuard(const SigpipeGuard&) = delete;
  SigpipeGuard& operator=(const SigpipeGuard&) = delete;
  ~SigpipeGuard() {
    const timespec at_once{};
    if (raised_ && !was_pending_) sigtimedwait(&sigpipe_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
  }
  void note_broken_pipe() { raised_ = true; }

 private:
  sigset_t sigpipe_{};
  sigset_t previous_{};
  bool was_pending_ = false;
  bool raised_ = false;
};

std::string_view colour_variable(const char* name) {
  const char* value = ::secure_getenv(name);
  return value == nullptr ? "" : value;
}

bool wants_colours(int fd) {
  return ::isatty(fd) == 1 && colour_variable("NO_COLOR").empty() &&
         colour_variable("TERM") != "dumb";
}

}  // namespace

StreamTransport::StreamTransport(const StreamOptions& options)
    : fd_(::fcntl(options.fd, F_DUPFD_CLOEXEC, 3)),
      format_(options.format),
      has_colours_(format_ == LineFormat::kHuman && wants_colours(fd_.get())),
      max_block_(options.max_block) {}

SendResult StreamTransport::send(const Entry& entry) noexcept try {
  if (!fd_.is_open()) return {SendStatus::kNoCollector, EBADF};
  EncodeBuffer buffer;
  encode(entry, *buffer);
  return write_entry(buffer->bytes);
} catch (const std::bad_alloc&) {
  return {SendStatus::kFailed, ENOMEM};
}

void StreamTransport::encode(const Entry& entry, EncodeMemory& memory) {
  switch (format_) {
    case LineFormat::kLevelPrefix:
      return encode_level_lines(entry, memory);
    case LineFormat::kJson:
      return encode_json_line(entry, memory);
    case LineFormat::kLogfmt:
      return encode_logfmt_line(entry, base::realtime_usec(), memory);
    case LineFormat::kHuman: {
      const std::uint64_t now = base::realtime_usec();
      const std::uint64_t time = entry.realtime_usec != 0 ? entry.realtime_usec : now;
      const HumanStyle style{now, local_offset_.seconds_at(time), has_colours_};
      return encode_human_lines(entry, style, memory);
    }
  }
}

SendResult StreamTransport::write_entry(std::string_view bytes) {
  const Deadline deadline = std::chrono::steady_clock::now() + max_block_;
  if (!take_turn(deadline)) return {SendStatus::kFull, EAGAIN};
  const int code = write_in_turn(deadline, bytes);
  give_turn();
  if (code == 0) return {};
  if (code == -EAGAIN) return {SendStatus::kFull, -code};
  return {code == -EPIPE ? SendStatus::kNoCollector : SendStatus::kFailed, -code};
}

bool StreamTransport::take_turn(Deadline deadline) {
  const pid_t self = ::getpid();
  pid_t holder = 0;
  // Acquire: what the last holder wrote, torn_, is seen; its partner is in give_turn().
  while (!holder_.compare_exchange_weak(holder, self, std::memory_order_acquire)) {
    if (holder != self) continue;  // free, or of a process that is not here: ours for the taking
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= left.zero()) return false;
    waiting_.fetch_add(1);
    futex_wait(holder_, self, left);
    waiting_.fetch_sub(1);
    holder = 0;
  }
  return true;
}

void StreamTransport::give_turn() {
  // Sequentially consistent with the increment of waiting_: either we see the waiter, or he sees
  // that the turn is free.
  holder_.store(0);
  if (waiting_.load() > 0) futex_wake(holder_, 1);
}

int StreamTransport::write_in_turn(Deadline deadline, std::string_view bytes) {
  if (torn_) {
    std::string_view line_end = "\n";
    if (const int code = write_before(deadline, line_end); code < 0) return code;
    torn_ = false;
  }
  const std::size_t size = bytes.size();
  const int code = write_before(deadline, bytes);
  torn_ = code < 0 && bytes.size() != size;
  return code;
}

// Writes all of `bytes`, removing from its front what was written. 0 or a negative errno.
int StreamTransport::write_before(Deadline deadline, std::string_view& bytes) {
  SigpipeGuard guard;
  while (!bytes.empty()) {
    if (const int code = wait_writable(deadline); code < 0) return code;
    // A pipe that is writable takes PIPE_BUF bytes without blocking, and in one piece.
    const auto size = std::min<std::size_t>(bytes.size(), PIPE_BUF);
    const ssize_t written = ::write(fd_.get(), bytes.data(), size);
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
      continue;
    }
    if (errno == EPIPE) guard.note_broken_pipe();
    // EAGAIN: non-blocking, and another writer was faster than us after the poll.
    if (errno != EINTR && errno != EAGAIN) return -errno;
    if (std::chrono::steady_clock::now() >= deadline) return -EAGAIN;
  }
  return 0;
}

int StreamTransport::wait_writable(Deadline deadline) const {
  using std::chrono::milliseconds;
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd wait{fd_.get(), POLLOUT, 0};
    const auto timeout = std::clamp<milliseconds::rep>(left.count(), 0, INT_MAX);
    const int ready = ::poll(&wait, 1, static_cast<int>(timeout));
    if (ready > 0) return 0;  // an error condition too: write says which
    if (ready == 0) return -EAGAIN;
    if (errno != EINTR) return -errno;
  }
}

FlushResult StreamTransport::flush(std::chrono::milliseconds /*timeout*/) noexcept {
  return fd_.is_open() ? FlushResult::kFlushed : FlushResult::kCollectorGone;
}

std::string StreamTransport::describe_failure() const {
  return fd_.is_open() ? "stream cannot be written" : "stream is closed";
}

}  // namespace logq::client

namespace logq {

std::unique_ptr<Transport> make_stream_transport(const StreamOptions& options) {
  return std::make_unique<client::StreamTransport>(options);
}

}  // namespace logq
