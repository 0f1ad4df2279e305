#include "supervise/pipe_relay.h"

#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>

#include "base/io.h"

namespace logq::supervise {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLookInterval = 100ms;       // for a request to stop, while waiting
constexpr milliseconds kFallbackAttempts = 1000ms;  // for a collector while the fallback is in use
constexpr milliseconds kFirstRetryPause = 1ms;      // between attempts otherwise, doubling
constexpr milliseconds kLongestRetryPause = 100ms;
constexpr std::size_t kSpoolPiece = std::size_t{64} * 1024;
constexpr std::size_t kQueueMax = std::size_t{64} << 20;  // beyond, a line is cut

void nap(std::chrono::nanoseconds duration) {
  const auto nanoseconds = duration.count();
  const timespec pause{.tv_sec = nanoseconds / 1'000'000'000,
                       .tv_nsec = nanoseconds % 1'000'000'000};
  if (nanoseconds > 0) ::nanosleep(&pause, nullptr);
}

// Where the line that contains position `at` begins.
std::size_t line_start(std::string_view bytes, std::size_t at) {
  const std::size_t newline = at == 0 ? std::string_view::npos : bytes.rfind('\n', at - 1);
  return newline == std::string_view::npos ? 0 : newline + 1;
}

}  // namespace

Result<std::size_t> write_unless(int fd,
                                 std::string_view bytes,
                                 const std::function<bool()>& gives_up) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    pollfd room{fd, POLLOUT, 0};
    if (fd >= 0 && ::poll(&room, 1, static_cast<int>(kLookInterval.count())) <= 0) {
      if (gives_up()) break;
      continue;
    }
    // A pipe that has room takes so much at once.
    const std::string_view piece = bytes.substr(done, PIPE_BUF);
    const ssize_t written = ::write(fd, piece.data(), piece.size());
    if (written < 0 && errno != EINTR && errno != EAGAIN)
      return fail(Error::system(errno, "write"));
    if (written > 0) done += static_cast<std::size_t>(written);
  }
  return done;
}

PipeRelay::PipeRelay(RelayOptions options) : options_(std::move(options)) {
  if (!try_connect() && options_.overflow == Overflow::kPass) tell_absence();
}

std::size_t PipeRelay::relay(std::string_view bytes) {
  std::size_t taken = bytes.size();
  switch (options_.overflow) {
    case Overflow::kDrop:
      relay_or_drop(bytes);
      break;
    case Overflow::kSpool:
      taken = relay_or_spool(bytes);
      break;
    case Overflow::kPass:
    case Overflow::kBlock:
      taken = relay_waiting(bytes);
      break;
  }
  if (taken != 0) in_line_ = bytes[taken - 1] != '\n';
  return taken;
}

// A line of which a part was sent is left to the successor whole, unless its beginning was taken by
// an earlier call: then what the collector has of it is not sent again.
std::size_t PipeRelay::leave_behind(std::string_view bytes, std::size_t done) {
  // Of a connection that was lost meanwhile: the spool ends with that part, and goes before the
  // rest.
  if (spools()) return done;
  const std::size_t start = begun_line(bytes, done);
  queue_.resize(queue_.size() - std::min(queue_.size(), done - start));
  return start;
}

// Where the line that contains position `at` begins, as far as no earlier call has taken that.
std::size_t PipeRelay::begun_line(std::string_view bytes, std::size_t at) const {
  const std::size_t start = line_start(bytes, at);
  return start == 0 && in_line_ ? at : start;
}

std::size_t PipeRelay::relay_waiting(std::string_view bytes) {
  std::size_t done = 0;
  for (;;) {
    if (make_way() == Way::kOpen) done += send_some(bytes.substr(done));
    if (done == bytes.size()) return done;
    if (options_.overflow == Overflow::kPass && !stream_.is_open()) {
      const bool is_over = SteadyClock::now() >= patience_ends_ || options_.stop_requested();
      if (is_over && !absence_told_) tell_absence();
      if (absence_told_) return leave_unpassed(bytes, done);
    } else if (options_.stop_requested()) {
      return leave_behind(bytes, done);
    }
    wait_for_room();
  }
}

// A line of which a part was passed on is left to the successor whole.
std::size_t PipeRelay::leave_unpassed(std::string_view bytes, std::size_t done) {
  if (!queue_.empty()) pass_queue_to_fallback();
  if (queue_.empty()) done += pass_to_fallback(bytes.substr(done));
  return done == bytes.size() || has_failed_ ? done : begun_line(bytes, done);
}

void PipeRelay::relay_or_drop(std::string_view bytes) {
  if (is_dropping_line_) {
    const std::size_t newline = bytes.find('\n');
    if (newline == std::string_view::npos) return;
    bytes.remove_prefix(newline + 1);
    is_dropping_line_ = false;
  }
  if (make_way() == Way::kOpen && tell_drops()) bytes.remove_prefix(send_some(bytes));
  if (bytes.empty()) return;
  if (ends_in_line_ && queue_.size() < kQueueMax) {
    const std::size_t newline = bytes.find('\n');
    const std::size_t rest = newline == std::string_view::npos ? bytes.size() : newline + 1;
    queue_ += bytes.substr(0, rest);
    ends_in_line_ = newline == std::string_view::npos;
    bytes.remove_prefix(rest);
  }
  drop(bytes);
}

void PipeRelay::drop(std::string_view bytes) {
  dropped_ += static_cast<std::uint64_t>(std::ranges::count(bytes, '\n'));
  is_dropping_line_ = !bytes.empty() && bytes.back() != '\n';
  if (is_dropping_line_) ++dropped_;
}

// False while lines go on being dropped: until the queue is short again, as one report for each
// line that fits would not do.
bool PipeRelay::tell_drops() {
  if (dropped_ == 0) return true;
  if (!has_room()) return false;
  if (options_.report_drops(dropped_)) dropped_ = 0;
  return true;
}

std::size_t PipeRelay::relay_or_spool(std::string_view bytes) {
  std::size_t done = 0;
  if (!spools()) fullness_told_ = false;
  for (;;) {
    if (make_way() == Way::kOpen) done += send_some(bytes.substr(done));
    // With the part of a line that was sent, so that a successor has the line whole.
    const std::size_t start = spools() ? done : begun_line(bytes, done);
    std::string_view rest = bytes.substr(start);
    // Whole lines, as far as they fit: what is left behind at a stop begins with a line.
    if (const std::uint64_t room = options_.spool->room(); room < rest.size()) {
      rest = rest.substr(0, line_start(rest, room));
    }
    const std::size_t sent = done - start;
    if (rest.size() > sent && options_.spool->append(rest)) {
      if (sent != 0) options_.spool->pop(rest.substr(0, sent));
      done = start + rest.size();
    }
    if (done == bytes.size()) return done;
    if (options_.stop_requested()) return leave_behind(bytes, done);
    if (!std::exchange(fullness_told_, true)) {
      options_.warn("the spool is full; waiting for the collector");
    }
    wait_for_room();
  }
}

// As much as there is, or until it was told to stop and nobody takes it.
std::size_t PipeRelay::pass_to_fallback(std::string_view bytes) {
  const auto passed = write_unless(options_.fallback_fd, bytes, options_.stop_requested);
  has_failed_ = !passed.has_value();
  return passed.value_or(0);
}

void PipeRelay::pass_queue_to_fallback() {
  queue_.erase(0, pass_to_fallback(queue_));
}

void PipeRelay::look_after() {
  if (stream_.is_open() && collector_has_gone(stream_.get())) lose_connection();
  confirm();
  if (is_held_up() && make_way() == Way::kOpen) std::ignore = tell_drops();
}

bool PipeRelay::has_work() const {
  return is_held_up() || (stream_.is_open() && !all_read_);
}

void PipeRelay::reconnect_by(SteadyClock::time_point deadline) {
  settle(deadline);
  if (!stream_.is_open()) return;
  // What is still unread stays in the collector's queue, which outlives our end of it.
  std::ignore = sent_.take();
  stream_.reset();
  all_read_ = true;
  patience_ends_ = SteadyClock::now() + options_.patience;
}

void PipeRelay::finish(SteadyClock::time_point deadline) {
  settle(deadline);
  if (dropped_ != 0 && options_.report_drops(dropped_)) dropped_ = 0;
  if (dropped_ != 0) options_.warn(std::to_string(dropped_) + " lines were dropped");
  if (!queue_.empty() && put_aside(queue_)) queue_.clear();
  if (spools()) {
    options_.warn(std::to_string(options_.spool->bytes()) +
                  " bytes wait in the spool for the next logger");
  }
  if (!queue_.empty()) {
    options_.warn("no collector takes the last " + std::to_string(queue_.size()) +
                  " bytes; they are passed through to standard output");
    pass_queue_to_fallback();
  }
  stream_.reset();
}

// Until the collector has read everything, as far as there is one.
void PipeRelay::settle(SteadyClock::time_point deadline) {
  SteadyClock::duration pause = kFirstRetryPause / 20;
  for (;;) {
    look_after();
    // A spool waits for a collector that is there, and not for one that is not.
    const bool has_spooled = spools() && !is_absent_;
    const bool is_done = queue_.empty() && !has_spooled && (all_read_ || !stream_.is_open());
    if (is_done || SteadyClock::now() >= deadline) return;
    nap(pause);
    pause = std::min<SteadyClock::duration>(pause * 2, kFirstRetryPause);
  }
}

// What has to go before new bytes has gone, or does now; does not wait.
PipeRelay::Way PipeRelay::make_way() {
  if (!stream_.is_open() && (SteadyClock::now() < next_attempt_ || !try_connect())) {
    return Way::kAbsent;
  }
  if (flush_queue() && drain_spool()) return Way::kOpen;
  return stream_.is_open() ? Way::kFull : Way::kAbsent;
}

// As poll() sees it: three quarters of the queue are free.
bool PipeRelay::has_room() const {
  pollfd room{stream_.get(), POLLOUT, 0};
  return stream_.is_open() && ::poll(&room, 1, 0) > 0;
}

// A moment, at most until the stream takes bytes or a collector may be looked for again.
void PipeRelay::wait_for_room() {
  if (!stream_.is_open()) {
    nap(std::min<SteadyClock::duration>(next_attempt_ - SteadyClock::now(), kLookInterval));
    return;
  }
  pollfd room{stream_.get(), POLLOUT, 0};
  ::poll(&room, 1, static_cast<int>(kLookInterval.count()));
}

bool PipeRelay::try_connect() {
  pause_ = std::clamp(pause_ * 2, kFirstRetryPause, kLongestRetryPause);
  next_attempt_ = SteadyClock::now() + (absence_told_ ? kFallbackAttempts : pause_);
  StreamConnection connection = options_.connect();
  socket_path_ = connection.path;
  if (connection.fd.is_open()) {
    if (base::write_all(connection.fd.get(), options_.header)) {
      stream_ = std::move(connection.fd);
      is_absent_ = false;
      if (std::exchange(was_connected_, true) || absence_told_) {
        options_.warn("connected to the collector again");
      }
      absence_told_ = false;
      return true;
    }
    connection.sys_errno = errno;
  }
  last_failure_ = ::strerror(connection.sys_errno);
  is_absent_ = true;
  return false;
}

void PipeRelay::tell_absence() {
  absence_told_ = true;
  next_attempt_ = SteadyClock::now() + kFallbackAttempts;
  options_.warn("no collector at " + socket_path_ + ": " + last_failure_ +
                "; input is passed through to standard output");
  pass_queue_to_fallback();
}

bool PipeRelay::flush_queue() {
  if (queue_.empty()) return true;
  const bool ends_in_line = ends_in_line_;
  const Sent sent = send_now(queue_);
  ends_in_line_ = ends_in_line;
  queue_.erase(0, sent.bytes);
  if (sent.is_lost) lose_connection();
  return queue_.empty();
}

bool PipeRelay::drain_spool() {
  while (spools()) {
    const auto piece = options_.spool->peek(kSpoolPiece);
    if (!piece || piece->empty()) return false;
    const Sent sent = send_now(*piece);
    options_.spool->pop(std::string_view(*piece).substr(0, sent.bytes));
    if (sent.is_lost) lose_connection();
    if (sent.bytes < piece->size()) return false;
  }
  return true;
}

// Sends what the stream takes at once; returns how much that was. The connection may be lost then.
std::size_t PipeRelay::send_some(std::string_view bytes) {
  const Sent sent = send_now(bytes);
  if (sent.is_lost) lose_connection();
  return sent.bytes;
}

PipeRelay::Sent PipeRelay::send_now(std::string_view bytes) {
  Sent result;
  std::size_t& done = result.bytes;
  confirm();
  while (done < bytes.size()) {
    const ssize_t sent = ::send(stream_.get(), bytes.data() + done, bytes.size() - done,
                                MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    result.is_lost = sent < 0 && errno != EAGAIN;
    if (sent < 0) break;
    done += static_cast<std::size_t>(sent);
  }
  if (done == 0) return result;
  sent_.add(bytes.substr(0, done));
  ends_in_line_ = bytes[done - 1] != '\n';
  all_read_ = false;
  return result;
}

// A collector's death empties its queue too, so it is asked for that last.
void PipeRelay::confirm() {
  if (!stream_.is_open() || all_read_) return;
  const int unread = unread_by_collector(stream_.get());
  if (collector_has_gone(stream_.get())) return;
  sent_.confirm(static_cast<std::size_t>(unread));
  all_read_ = unread == 0;
  if (all_read_) pause_ = 0ms;
}

void PipeRelay::lose_connection() {
  std::string again = sent_.take();
  std::string line = "the collector closed the stream";
  if (!all_read_) {
    line += "; " + std::to_string(again.size()) + " bytes that it may not have are sent again";
  }
  options_.warn(line);
  stream_.reset();
  all_read_ = true;
  next_attempt_ = SteadyClock::now() + pause_;
  patience_ends_ = SteadyClock::now() + options_.patience;
  if (again.empty()) return;
  if (!queue_.empty() || !put_aside(again)) queue_.insert(0, again);
}

// Into the spool, in front of what is there: a logger that is killed now leaves it to the next.
bool PipeRelay::put_aside(std::string_view bytes) {
  if (!options_.spool && options_.open_spool) options_.spool = options_.open_spool();
  return options_.spool && options_.spool->put_back(bytes);
}

}  // namespace logq::supervise
