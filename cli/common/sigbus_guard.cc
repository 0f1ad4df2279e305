#include "common/sigbus_guard.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace logq::cli {
namespace {

volatile sig_atomic_t missing_page_count = 0;
std::uintptr_t page_mask = 0;

void die_of(int signal_number) {
  ::signal(signal_number, SIG_DFL);
  ::raise(signal_number);
}

// mmap is a bare system call on Linux and so safe in a handler of a synchronous signal.
void replace_missing_page(int signal_number, siginfo_t* info, void* /*context*/) {
  if (info->si_code != BUS_ADRERR) {
    die_of(signal_number);
    return;
  }
  const int saved_errno = errno;
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr) & page_mask;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the address of a page is computed
  void* page = ::mmap(reinterpret_cast<void*>(address), ~page_mask + 1, PROT_READ,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (page == MAP_FAILED) die_of(signal_number);
  missing_page_count = missing_page_count + 1;
  errno = saved_errno;
}

}  // namespace

void install_sigbus_guard() {
  page_mask = ~(static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE)) - 1);
  struct sigaction action {};
  action.sa_sigaction = &replace_missing_page;
  action.sa_flags = SA_SIGINFO;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGBUS, &action, nullptr);
}

int missing_pages() {
  return missing_page_count;
}

}  // namespace logq::cli
