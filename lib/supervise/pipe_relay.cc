#include "supervise/pipe_relay.h"

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

constexpr auto kAttemptInterval = 1s;  // while bytes go to the fallback
constexpr long kFirstNap = 1'000'000;
constexpr long kLongestNap = 100'000'000;

void nap(long nanoseconds) {
  const timespec pause{.tv_sec = 0, .tv_nsec = nanoseconds};
  ::nanosleep(&pause, nullptr);
}

// Where the line that contains position `at` begins.
std::size_t line_start(std::string_view bytes, std::size_t at) {
  const std::size_t newline = at == 0 ? std::string_view::npos : bytes.rfind('\n', at - 1);
  return newline == std::string_view::npos ? 0 : newline + 1;
}

}  // namespace

PipeRelay::PipeRelay(RelayOptions options) : options_(std::move(options)) {
  // A collector that is not there at the start is not waited for: the writer must not hang.
  if (!try_connect()) tell_absence();
}

bool PipeRelay::relay(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!stream_.is_open() && !reconnect()) {
      return base::write_all(options_.fallback_fd, bytes).has_value();
    }
    const std::size_t sent = send_some(bytes);
    if (sent < bytes.size()) {
      lose_connection();
      bytes.remove_prefix(line_start(bytes, sent));
      continue;
    }
    break;
  }
  return true;
}

void PipeRelay::finish(SteadyClock::time_point deadline) {
  if (!stream_.is_open()) return;
  long pause = kFirstNap / 20;
  while (unread_by_collector(stream_.get()) > 0 && SteadyClock::now() < deadline) {
    nap(pause);
    pause = std::min(pause * 2, kFirstNap);
  }
  confirm();
  if (unconfirmed_bytes_ != 0 && collector_has_gone(stream_.get())) lose_connection();
  stream_.reset();
}

void PipeRelay::confirm() {
  if (!stream_.is_open()) return;
  const int fd = stream_.get();
  if (unread_by_collector(fd) == 0 && !collector_has_gone(fd)) unconfirmed_bytes_ = 0;
}

bool PipeRelay::try_connect() {
  next_attempt_ = SteadyClock::now() + kAttemptInterval;
  StreamConnection connection = options_.connect();
  if (connection.fd.is_open()) {
    std::string_view header = options_.header;
    while (!header.empty()) {
      const ssize_t sent = ::send(connection.fd.get(), header.data(), header.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) break;
      header.remove_prefix(static_cast<std::size_t>(sent));
    }
    if (header.empty()) {
      stream_ = std::move(connection.fd);
      return true;
    }
    connection.sys_errno = errno;
  }
  last_failure_ = connection.path + ": " + ::strerror(connection.sys_errno);
  return false;
}

void PipeRelay::tell_absence() {
  absence_told_ = true;
  options_.warn("no collector at " + last_failure_ +
                "; input is passed through to standard output");
}

bool PipeRelay::reconnect() {
  if (absence_told_ && SteadyClock::now() < next_attempt_) return false;
  const auto deadline = SteadyClock::now() + options_.patience;
  long pause = kFirstNap;
  while (!try_connect()) {
    if (absence_told_) return false;
    if (SteadyClock::now() >= deadline || options_.stop_requested()) {
      tell_absence();
      return false;
    }
    nap(pause);
    pause = std::min(pause * 2, kLongestNap);
  }
  options_.warn("connected to the collector again");
  absence_told_ = false;
  return true;
}

// Sends until everything is taken or the connection breaks; returns what was taken.
std::size_t PipeRelay::send_some(std::string_view bytes) {
  std::size_t done = 0;
  confirm();
  while (done < bytes.size()) {
    const ssize_t sent =
        ::send(stream_.get(), bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) break;
    done += static_cast<std::size_t>(sent);
    unconfirmed_bytes_ += static_cast<std::uint64_t>(sent);
  }
  return done;
}

void PipeRelay::lose_connection() {
  options_.warn("the collector closed the stream; up to " + std::to_string(unconfirmed_bytes_) +
                " bytes that it had not stored may be lost");
  unconfirmed_bytes_ = 0;
  stream_.reset();
}

}  // namespace logq::supervise
