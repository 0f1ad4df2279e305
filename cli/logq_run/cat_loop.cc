#include "logq_run/cat_loop.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <string>

#include "base/io.h"
#include "common/run.h"
#include "supervise/pipe_relay.h"

namespace logq::cli {
namespace {

using namespace std::chrono_literals;
constexpr auto kLineEndPatience = 2s;  // after SIGTERM, for the rest of a line
constexpr auto kRefusedPause = 10ms;   // then, while the sink does not take it

base::UniqueFd open_signals(std::initializer_list<int> numbers) {
  sigset_t mask;
  ::sigemptyset(&mask);
  for (const int number : numbers)
    ::sigaddset(&mask, number);
  ::sigprocmask(SIG_BLOCK, &mask, nullptr);
  return base::UniqueFd(::signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK));
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
  if (input_.held_bytes() != 0 && owed_ == 0) std::ignore = take_from(input_.held(), true);
  sink_.finish();
  pass_on_what_is_held();
  return status;
}

int CatLoop::go() {
  for (;;) {
    const Ready ready = wait(sink_.look_after(), true);
    if (ready == Ready::kFailed) return 1;
    if (ready == Ready::kStop) return finish_line();
    if (ready == Ready::kOrder) follow_orders();
    if (ready != Ready::kInput && ready != Ready::kLastInput) continue;
    const Step step = take_input(Reach::kAll, ready == Ready::kLastInput);
    if (step == Step::kRefused) return finish_line();
    if (step != Step::kGoOn) return step == Step::kEnded ? 0 : 1;
  }
}

// Input that is left in the pipe is not waited for, but looked at when it is time; only the end of
// all writers is told of at once.
CatLoop::Ready CatLoop::wait(int wait_ms, bool for_signals) {
  std::array<pollfd, 3> ready{{{STDIN_FILENO, static_cast<short>(look_at_ ? 0 : POLLIN), 0},
                               {for_signals ? signals_.stop_fd() : -1, POLLIN, 0},
                               {for_signals ? signals_.order_fd() : -1, POLLIN, 0}}};
  std::chrono::nanoseconds longest = std::chrono::milliseconds(std::max(wait_ms, 0));
  if (look_at_) {
    const auto left = std::max<std::chrono::nanoseconds>(*look_at_ - SteadyClock::now(), 0ns);
    longest = wait_ms < 0 ? left : std::min(longest, left);
  }
  const timespec timeout{.tv_sec = longest / 1s, .tv_nsec = (longest % 1s).count()};
  const bool is_endless = wait_ms < 0 && !look_at_;
  if (::ppoll(ready.data(), ready.size(), is_endless ? nullptr : &timeout, nullptr) < 0) {
    if (errno == EINTR) return Ready::kNothing;
    print_error_line(std::string("poll: ") + ::strerror(errno));
    return Ready::kFailed;
  }
  if (ready[1].revents != 0) return Ready::kStop;
  if (ready[2].revents != 0) return Ready::kOrder;
  if ((ready[0].revents & ~POLLIN) != 0) return Ready::kLastInput;
  if (ready[0].revents != 0 || (look_at_ && SteadyClock::now() >= *look_at_)) return Ready::kInput;
  return Ready::kNothing;
}

void CatLoop::follow_orders() {
  while (const int order = signals_.next_order()) {
    if (order == SIGALRM) sink_.rotate();
    if (order == SIGHUP) sink_.begin_anew();
  }
}

// Whole lines, or one, and the beginning of one where it cannot stay in the pipe. `is_last`: there
// are no writers any more.
CatLoop::Step CatLoop::take_input(Reach reach, bool is_last) {
  look_at_.reset();
  const Result<std::string_view> input = owed_ != 0 ? input_.rest() : input_.look();
  if (!input) {
    print_error_line("standard input: " + input.error().message());
    return Step::kFailed;
  }
  const std::size_t newline = reach == Reach::kLine ? input->find('\n') : input->rfind('\n');
  if (newline != std::string_view::npos) {
    const Step step = take_from(input->substr(0, newline + 1), false);
    if (step != Step::kGoOn) return step;
    if (reach == Reach::kLine) return Step::kEnded;
  }
  if (!in_line_) {
    const auto pause = input_.leave_line();
    if (pause && (*pause == 0us || !is_last)) {
      look_at_ = SteadyClock::now() + *pause;
      return Step::kGoOn;
    }
  }
  return take_rest();
}

CatLoop::Step CatLoop::take_rest() {
  const bool at_end = input_.at_end();
  const Step step = take_from(input_.rest(), at_end);
  if (step != Step::kGoOn) return step;
  if (!input_.hold()) return Step::kFailed;
  return at_end ? Step::kEnded : Step::kGoOn;
}

// What the script wants of it goes to the sink, and leaves the pipe when it is there.
CatLoop::Step CatLoop::take_from(std::string_view input, bool at_end) {
  std::size_t done = 0;
  Step step = Step::kGoOn;
  while (done < input.size() && step == Step::kGoOn) {
    const std::string_view rest = input.substr(done);
    const auto next = owed_ != 0 ? supervise::LineSieve::Step{std::min(owed_, rest.size()), true}
                                 : sieve_.next(rest, at_end);
    if (next.bytes == 0) break;
    if (owed_ == 0 && next.is_stored) owed_ = next.bytes;
    const std::size_t taken = next.is_stored ? sink_.take(rest.substr(0, next.bytes)) : next.bytes;
    if (next.is_stored) owed_ -= taken;
    done += taken;
    if (taken < next.bytes) step = sink_.has_failed() ? Step::kFailed : Step::kRefused;
  }
  if (done != 0) in_line_ = input[done - 1] != '\n';
  if (!input_.take(done)) return Step::kFailed;
  return step;
}

// After SIGTERM. What follows the line stays in the pipe for a successor.
int CatLoop::finish_line() {
  const Step step = finish_line_by(SteadyClock::now() + kLineEndPatience);
  return step == Step::kFailed ? 1 : 0;
}

CatLoop::Step CatLoop::finish_line_by(SteadyClock::time_point deadline) {
  while (in_line_ || input_.held_bytes() != 0 || look_at_) {
    if (owed_ != 0 && !in_line_) break;
    if (owed_ != 0) look_at_ = SteadyClock::now() + kRefusedPause;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now());
    if (left <= 0ms) break;
    const Ready ready = wait(static_cast<int>(left.count()), false);
    if (ready == Ready::kFailed) return Step::kFailed;
    if (ready == Ready::kNothing) continue;
    const Step step = take_input(Reach::kLine, ready == Ready::kLastInput);
    if (step == Step::kEnded || step == Step::kFailed) return step;
  }
  return Step::kEnded;
}

// What is out of the pipe, or was never in one, and could not be stored.
void CatLoop::pass_on_what_is_held() {
  if (input_.held_bytes() == 0) return;
  print_error_line("stopped before the last " + std::to_string(input_.held_bytes()) +
                   " bytes could be stored; they are passed through to standard output");
  std::ignore = supervise::write_unless(STDOUT_FILENO, input_.held(),
                                        [this] { return signals_.stop_requested(); });
}

}  // namespace logq::cli
