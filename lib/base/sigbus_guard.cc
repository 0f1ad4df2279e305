#include "base/sigbus_guard.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace logq::base {
namespace {

// What a signal handler knows can only be global. All of it is written by the one thread that holds
// `replacing`; a page is recorded before its zeros are there, so nobody can use these unrecorded.
constexpr int kRemembered = 64;
constexpr std::size_t kPathMax = 4096;
std::atomic_flag replacing;
std::atomic<int> missing_page_count = 0;  // publishes what precedes it
std::array<char, kPathMax> first_file{};  // never changes once the count is above 0
std::array<std::atomic<std::uintptr_t>, kRemembered> last_missing_pages;  // a ring
std::uintptr_t page_mask = 0;
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free);
static_assert(std::atomic<int>::is_always_lock_free);

void die_of(int signal_number) {
  ::signal(signal_number, SIG_DFL);
  ::raise(signal_number);
}

struct AddressRange {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
};

// "BEGIN-END ...", in hexadecimal digits.
AddressRange parse_range(std::string_view line) {
  AddressRange range;
  const char* const last = line.data() + line.size();
  const auto begin = std::from_chars(line.data(), last, range.begin, 16);
  if (begin.ptr != last) std::from_chars(begin.ptr + 1, last, range.end, 16);
  return range;
}

// Looks for the mapping of `address` while it still is the file's. Makes system calls only.
void note_file_of(std::uintptr_t address) {
  static std::array<char, 2 * kPathMax> buffer;
  const int fd = ::open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  std::size_t held = 0;
  for (;;) {
    const ssize_t n = ::read(fd, buffer.data() + held, buffer.size() - held);
    if (n <= 0) break;
    std::string_view text(buffer.data(), held + static_cast<std::size_t>(n));
    for (std::size_t end = 0; (end = text.find('\n')) != std::string_view::npos;) {
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(end + 1);
      const auto [from, to] = parse_range(line);
      if (address < from || address >= to) continue;
      const std::size_t name = std::min(line.find('/'), line.size());
      line.substr(name).copy(first_file.data(), first_file.size() - 1);
      ::close(fd);
      return;
    }
    held = text.size();
    std::memmove(buffer.data(), text.data(), held);
  }
  ::close(fd);
}

// Whether zeros, or what the file has again, can be stored to. Asks the kernel, which fails where
// we would be sent a signal: adds 0 to a word, and wakes nobody.
bool is_writable(std::uintptr_t page) {
  return ::syscall(SYS_futex, page, FUTEX_WAKE_OP_PRIVATE, 0, nullptr, page,
                   FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_EQ, 0)) >= 0;
}

// REQUIRES: `replacing` is held.
void record(std::uintptr_t page) {
  const int count = missing_page_count.load(std::memory_order_relaxed);
  if (count == 0) note_file_of(page);
  last_missing_pages[static_cast<std::size_t>(count % kRemembered)].store(
      page, std::memory_order_relaxed);
  missing_page_count.store(count + 1, std::memory_order_release);  // with missing_pages()
}

// Zeros where the file has no page any more, by a bare system call: there may be something around
// mmap(). That of ThreadSanitizer takes the zeros for a store that other threads race with.
bool put_zeros(std::uintptr_t page) {
  return ::syscall(SYS_mmap, page, ~page_mask + 1, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1L, 0L) != -1;
}

// Two threads may be here for one page: the second must not replace the zeros again, as the first
// may have stored something in them.
void replace_missing_page(int signal_number, siginfo_t* info, void* /*context*/) {
  if (info->si_code != BUS_ADRERR) {
    die_of(signal_number);
    return;
  }
  const int saved_errno = errno;
  const auto page = reinterpret_cast<std::uintptr_t>(info->si_addr) & page_mask;
  if (replacing.test_and_set(std::memory_order_acquire)) {
    ::sched_yield();  // the access is repeated on return, and fails again until it is our turn
  } else {
    if (!is_writable(page)) {
      record(page);
      if (!put_zeros(page)) die_of(signal_number);
    }
    replacing.clear(std::memory_order_release);
  }
  errno = saved_errno;
}

}  // namespace

void install_sigbus_guard() {
  page_mask = ~(static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE)) - 1);
  struct sigaction action {};
  action.sa_sigaction = &replace_missing_page;
  action.sa_flags = SA_SIGINFO;
  ::sigfillset(&action.sa_mask);  // no handler on top of ours, which might need a page itself
  ::sigaction(SIGBUS, &action, nullptr);
}

int missing_pages() {
  // With the handler's increment: the pages it counts are in the ring.
  return missing_page_count.load(std::memory_order_acquire);
}

bool misses_page(std::span<const std::byte> mapping, int before) {
  const int count = missing_pages();
  const auto begin = reinterpret_cast<std::uintptr_t>(mapping.data());
  for (int i = std::max(before, count - kRemembered); i < count; ++i) {
    const std::uintptr_t page = last_missing_pages[static_cast<std::size_t>(i % kRemembered)].load(
        std::memory_order_relaxed);
    if (page >= begin && page - begin < mapping.size()) return true;
  }
  // The ring may have gone round, before or while it was looked at.
  return missing_pages() - before > kRemembered;
}

std::string file_of_missing_page() {
  return missing_pages() == 0 ? "" : first_file.data();
}

}  // namespace logq::base
