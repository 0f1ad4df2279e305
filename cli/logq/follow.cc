#include "logq/follow.h"

#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "base/try.h"

namespace logq::cli {
namespace {

// A network file system tells nothing: look by ourselves as often as journalctl does.
constexpr struct timespec kLookAgainAfter = {2, 0};

// Until then the same request may come twice: timeout(1) signals its child and then their group.
constexpr std::uint64_t kImpatientAfterUsec = 1'000'000;

volatile sig_atomic_t end_signal = 0;
std::uint64_t end_requested_usec = 0;  // the handlers' own; each holds the other back

std::uint64_t monotonic_usec() {
  struct timespec now {};
  ::clock_gettime(CLOCK_MONOTONIC, &now);  // may be called in a handler
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

void die_of(int signal_number) {
  ::signal(signal_number, SIG_DFL);
  ::raise(signal_number);
}

void request_end(int signal_number) {
  const std::uint64_t now = monotonic_usec();
  if (end_signal == 0) {
    end_signal = signal_number;
    end_requested_usec = now;
  } else if (now - end_requested_usec > kImpatientAfterUsec) {
    die_of(signal_number);
  }
}

void handle(int signal_number) {
  struct sigaction action {};
  action.sa_handler = &request_end;
  ::sigemptyset(&action.sa_mask);
  ::sigaddset(&action.sa_mask, SIGINT);
  ::sigaddset(&action.sa_mask, SIGTERM);
  ::sigaction(signal_number, &action, nullptr);
}

// Holds the signals back while it lives, so that none comes between the last look and ppoll().
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t held;
    ::sigemptyset(&held);
    ::sigaddset(&held, SIGINT);
    ::sigaddset(&held, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &held, &before_);
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

  [[nodiscard]] const sigset_t& before() const { return before_; }

 private:
  sigset_t before_;
};

}  // namespace

Result<Waiter> Waiter::create(journal::Journal& journal) {
  const int fd = LOGQ_TRY(journal.watch_fd());
  handle(SIGINT);
  handle(SIGTERM);
  return Waiter(fd);
}

Result<Waiter::Woken> Waiter::wait() {
  const SignalsHeld held;
  if (end_requested()) return Woken::kSignal;
  pollfd fds[] = {{watch_fd_, POLLIN, 0}, {STDOUT_FILENO, 0, 0}};
  const int ready = ::ppoll(fds, 2, &kLookAgainAfter, &held.before());
  const int ppoll_errno = errno;
  if (end_requested()) return Woken::kSignal;
  if (ready < 0 && ppoll_errno != EINTR) return fail(Error::system(ppoll_errno, "ppoll"));
  if (ready > 0 && (fds[1].revents & (POLLHUP | POLLERR)) != 0) return Woken::kOutputClosed;
  return Woken::kChanged;
}

bool Waiter::end_requested() {
  return end_signal != 0;
}

}  // namespace logq::cli
