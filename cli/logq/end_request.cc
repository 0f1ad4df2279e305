#include "logq/end_request.h"

#include <signal.h>
#include <time.h>

#include <atomic>
#include <cstdint>

#include "base/clock.h"

namespace logq::cli {
namespace {

// Until then the same request may come twice: timeout(1) signals its child and then their group.
constexpr std::uint64_t kImpatientAfterUsec = 1'000'000;

// Set in a handler, read by every thread.
std::atomic<int> end_signal{0};
static_assert(std::atomic<int>::is_always_lock_free);
std::uint64_t end_requested_usec = 0;  // the handlers' own; each holds the other back

void die_of(int signal_number) {
  ::signal(signal_number, SIG_DFL);
  ::raise(signal_number);
}

void request_end(int signal_number) {
  const std::uint64_t now = base::monotonic_usec();
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

}  // namespace

void heed_end_requests() {
  handle(SIGINT);
  handle(SIGTERM);
}

bool end_requested() {
  return end_signal != 0;
}

ExitStatus requested_status() {
  return end_signal == SIGTERM ? ExitStatus::kTerminated : ExitStatus::kInterrupted;
}

}  // namespace logq::cli
