#include "logq/show/follow.h"

#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "base/try.h"
#include "logq/end_request.h"

namespace logq::cli {
namespace {

// A network file system tells nothing: look by ourselves as often as journalctl does.
constexpr struct timespec kLookAgainAfter = {2, 0};

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
  heed_end_requests();
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

}  // namespace logq::cli
