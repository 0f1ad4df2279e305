#include "logq_run/cat_loop.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>

#include "base/io.h"

namespace logq::cli {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr auto kLineEndPatience = 2s;  // after SIGTERM, for the rest of a line

base::UniqueFd open_signals(std::initializer_list<int> numbers) {
  sigset_t mask;
  ::sigemptyset(&mask);
  for (const int number : numbers)
    ::sigaddset(&mask, number);
  ::sigprocmask(SIG_BLOCK, &mask, nullptr);
  return base::UniqueFd(::signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK));
}

void say(const std::string& line) {
  std::fprintf(stderr, "logq-cat: %s\n", line.c_str());
}

}  // namespace

CatSignals::CatSignals()
    : stop_(open_signals({SIGTERM, SIGINT})),
      orders_(open_signals({SIGALRM, SIGHUP})) {
  ::signal(SIGPIPE, SIG_IGN);
}

bool CatSignals::stop_requested() const {
  pollfd ready{stop_.get(), POLLIN, 0};
  return ::poll(&ready, 1, 0) > 0;
}

int CatSignals::next_order() const {
  signalfd_siginfo info{};
  const ssize_t count = ::read(orders_.get(), &info, sizeof(info));
  return count == sizeof(info) ? static_cast<int>(info.ssi_signo) : 0;
}

CatLoop::CatLoop(const CatSignals& signals, supervise::LineSieve& sieve, LineSink& sink)
    : signals_(signals),
      sieve_(sieve),
      sink_(sink),
      input_(STDIN_FILENO) {}

int CatLoop::run() {
  const int status = go();
  // The beginning of a line that was not judged yet.
  if (input_.held_bytes() != 0) std::ignore = take_from(input_.held(), true);
  sink_.finish();
  pass_on_what_is_held();
  return status;
}

int CatLoop::go() {
  for (;;) {
    const int wait_ms = sink_.look_after();
    std::array<pollfd, 3> ready{{{STDIN_FILENO, POLLIN, 0},
                                 {signals_.stop_fd(), POLLIN, 0},
                                 {signals_.order_fd(), POLLIN, 0}}};
    if (::poll(ready.data(), ready.size(), wait_ms) < 0 && errno != EINTR) {
      say(std::string("poll: ") + ::strerror(errno));
      return 1;
    }
    if (ready[1].revents != 0) return finish_line();
    if (ready[2].revents != 0) follow_orders();
    if (ready[0].revents == 0) continue;
    const Step step = take_input();
    if (step != Step::kGoOn) return step == Step::kEnded ? 0 : 1;
  }
}

void CatLoop::follow_orders() {
  while (const int order = signals_.next_order()) {
    if (order == SIGALRM) sink_.rotate();
    if (order == SIGHUP) sink_.begin_anew();
  }
}

CatLoop::Step CatLoop::take_input() {
  const auto input = input_.look();
  if (!input) {
    say("standard input: " + input.error().message());
    return Step::kFailed;
  }
  const Step step = take_from(*input, input_.at_end());
  if (step == Step::kGoOn) std::ignore = input_.hold();
  return step;
}

// What the script wants of it goes to the sink, and leaves the pipe when it is there.
CatLoop::Step CatLoop::take_from(std::string_view input, bool at_end) {
  std::size_t done = 0;
  Step step = at_end ? Step::kEnded : Step::kGoOn;
  while (done < input.size()) {
    const auto next = sieve_.next(input.substr(done), at_end);
    if (next.bytes == 0) break;
    const std::size_t taken =
        next.is_stored ? sink_.take(input.substr(done, next.bytes)) : next.bytes;
    done += taken;
    if (taken < next.bytes) {
      step = sink_.has_failed() ? Step::kFailed : Step::kEnded;
      break;
    }
  }
  if (done != 0) in_line_ = input[done - 1] != '\n';
  std::ignore = input_.take(done);
  return step;
}

// After SIGTERM. What follows the line stays in the pipe for a successor.
int CatLoop::finish_line() {
  const auto deadline = SteadyClock::now() + kLineEndPatience;
  while (in_line_ || input_.held_bytes() != 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now());
    pollfd ready{STDIN_FILENO, POLLIN, 0};
    if (left <= 0ms || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0) break;
    const Step step = take_line();
    if (step != Step::kGoOn) return step == Step::kEnded ? 0 : 1;
  }
  return 0;
}

// At most until the end of the line.
CatLoop::Step CatLoop::take_line() {
  const auto input = input_.look();
  if (!input) return Step::kFailed;
  const std::size_t newline = input->find('\n');
  if (newline != std::string_view::npos) {
    const Step step = take_from(input->substr(0, newline + 1), false);
    return step == Step::kFailed ? step : Step::kEnded;
  }
  const Step step = take_from(*input, input_.at_end());
  if (step == Step::kGoOn) std::ignore = input_.hold();
  return step;
}

// What is out of the pipe, or was never in one, and could not be stored.
void CatLoop::pass_on_what_is_held() {
  if (input_.held_bytes() == 0) return;
  say("stopped before the last " + std::to_string(input_.held_bytes()) +
      " bytes could be stored; they are passed through to standard output");
  std::ignore = base::write_all(STDOUT_FILENO, input_.held());
}

}  // namespace logq::cli
