#include "logq_run/cat_command.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <string_view>

#include "base/unique_fd.h"
#include "logq_run/run_command.h"
#include "supervise/pipe_relay.h"

namespace logq::cli {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr int kLevelInfo = 6;
constexpr std::size_t kPieceBytes = std::size_t{64} * 1024;
constexpr int kLongestLookMs = 1000;
constexpr auto kLineEndPatience = 2s;  // after SIGTERM, for the rest of a line

bool is_readable(int fd) {
  pollfd ready{fd, POLLIN, 0};
  return ::poll(&ready, 1, 0) > 0;
}

// Signals that end us, as a descriptor: a line is finished first.
base::UniqueFd open_stop_signals() {
  sigset_t mask;
  ::sigemptyset(&mask);
  ::sigaddset(&mask, SIGTERM);
  ::sigaddset(&mask, SIGINT);
  ::sigprocmask(SIG_BLOCK, &mask, nullptr);
  return base::UniqueFd(::signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK));
}

class PipeReader {
 public:
  PipeReader(supervise::PipeRelay& relay, int stop_signals)
      : relay_(relay),
        stop_signals_(stop_signals) {}

  int run() {
    for (;;) {
      std::array<pollfd, 2> ready{{{STDIN_FILENO, POLLIN, 0}, {stop_signals_, POLLIN, 0}}};
      if (::poll(ready.data(), ready.size(), next_look()) < 0 && errno != EINTR) {
        return fail_read();
      }
      if (ready[1].revents != 0) return finish_line();
      if (ready[0].revents == 0) continue;
      const ssize_t count = take(buffer_.size());
      if (count == 0) return 0;
      if (count < 0) return count == kReadFailed ? fail_read() : 1;
    }
  }

 private:
  static constexpr ssize_t kReadFailed = -1;
  static constexpr ssize_t kNowhereToGo = -2;

  // How long to wait for input before looking whether the collector has read everything: -1 when it
  // has, so that an idle pipe costs nothing.
  int next_look() {
    relay_.confirm();
    look_ms_ = relay_.has_unconfirmed() ? std::min(look_ms_ * 2, kLongestLookMs) : 1;
    return relay_.has_unconfirmed() ? look_ms_ : -1;
  }

  // Reads at most `limit` bytes and hands them on.
  ssize_t take(std::size_t limit) {
    ssize_t count = 0;
    do {
      count = ::read(STDIN_FILENO, buffer_.data(), limit);
    } while (count < 0 && errno == EINTR);
    if (count <= 0) return count;
    const std::string_view piece(buffer_.data(), static_cast<std::size_t>(count));
    in_line_ = piece.back() != '\n';
    return relay_.relay(piece) ? count : kNowhereToGo;
  }

  // Byte by byte, so that what follows the line stays in the pipe for a successor.
  int finish_line() {
    const auto deadline = SteadyClock::now() + kLineEndPatience;
    while (in_line_) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now());
      pollfd ready{STDIN_FILENO, POLLIN, 0};
      if (left <= 0ms || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0) break;
      if (take(1) <= 0) break;
    }
    return 0;
  }

  static int fail_read() {
    std::fprintf(stderr, "logq-cat: standard input: %s\n", ::strerror(errno));
    return 1;
  }

  supervise::PipeRelay& relay_;
  const int stop_signals_;
  bool in_line_ = false;
  int look_ms_ = 1;
  std::array<char, kPieceBytes> buffer_{};
};

int relay_input(const Options& options) {
  ::signal(SIGPIPE, SIG_IGN);
  const base::UniqueFd stop_signals = open_stop_signals();
  const int stop_fd = stop_signals.get();
  supervise::PipeRelay relay(
      {.header = make_header(options.stream, options.stream.level.value_or(kLevelInfo)),
       .connect = [] { return supervise::connect_stream(supervise::find_stream_sockets()); },
       .warn =
           [](const std::string& line) { std::fprintf(stderr, "logq-cat: %s\n", line.c_str()); },
       .stop_requested = [stop_fd] { return is_readable(stop_fd); }});
  PipeReader reader(relay, stop_fd);
  const int status = reader.run();
  relay.finish(SteadyClock::now() + 1s);
  return status;
}

}  // namespace

int cat_command(const Options& options) {
  // Like systemd-cat: no facility, and no identifier unless one is given.
  if (!options.program.empty()) return exec_command(options, "logq-cat", 0);
  return relay_input(options);
}

}  // namespace logq::cli
