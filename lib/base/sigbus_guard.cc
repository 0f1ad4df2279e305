#include "base/sigbus_guard.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <fstream>

namespace logq::base {
namespace {

// What a signal handler knows can only be global.
constexpr unsigned kRemembered = 64;
std::atomic<int> missing_page_count = 0;
std::atomic<unsigned> reserved_slots = 0;  // of the ring
std::atomic<std::uintptr_t> first_missing_page = 0;
std::array<std::atomic<std::uintptr_t>, kRemembered> last_missing_pages;  // a ring
std::uintptr_t page_mask = 0;
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free);

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
  void* page = ::mmap(reinterpret_cast<void*>(address), ~page_mask + 1, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (page == MAP_FAILED) die_of(signal_number);
  // The thread that has touched the page reads this itself: it needs no order.
  const unsigned index = reserved_slots.fetch_add(1, std::memory_order_relaxed);
  if (index == 0) first_missing_page.store(address, std::memory_order_relaxed);
  last_missing_pages[index % kRemembered].store(address, std::memory_order_relaxed);
  missing_page_count.fetch_add(1, std::memory_order_release);
  errno = saved_errno;
}

struct AddressRange {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
};

// "BEGIN-END ...", in hexadecimal digits.
AddressRange parse_range(const std::string& line) {
  AddressRange range;
  const char* const last = line.data() + line.size();
  const auto begin = std::from_chars(line.data(), last, range.begin, 16);
  if (begin.ptr != last) std::from_chars(begin.ptr + 1, last, range.end, 16);
  return range;
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
  // With the handler's increment: the pages it counts are in the ring.
  return missing_page_count.load(std::memory_order_acquire);
}

bool misses_page(std::span<const std::byte> mapping, int before) {
  const int count = missing_pages();
  if (count - before > static_cast<int>(kRemembered)) return true;
  const auto begin = reinterpret_cast<std::uintptr_t>(mapping.data());
  for (int i = before; i < count; ++i) {
    const std::uintptr_t page =
        last_missing_pages[static_cast<unsigned>(i) % kRemembered].load(std::memory_order_relaxed);
    if (page >= begin && page - begin < mapping.size()) return true;
  }
  return false;
}

// The page itself is ours now: what lies before it without a gap, or else behind it, is still the
// file's.
std::string file_of_missing_page() {
  std::ifstream mappings("/proc/self/maps");
  std::string line;
  std::string path;
  std::uintptr_t last_end = 0;
  bool passed = false;
  while (std::getline(mappings, line)) {
    const auto [begin, end] = parse_range(line);
    if (begin != last_end) {
      if (passed) break;
      path.clear();
    }
    const std::size_t name = line.find('/');
    if (name != std::string::npos) path = line.substr(name);
    last_end = end;
    passed = passed || end > first_missing_page;
    if (passed && !path.empty()) break;
  }
  return passed ? path : "";
}

}  // namespace logq::base
