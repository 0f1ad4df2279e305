#include "base/sigbus_guard.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
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

// What a signal handler knows can only be global.
constexpr unsigned kRemembered = 64;
std::atomic<int> missing_page_count = 0;
std::atomic<unsigned> reserved_slots = 0;  // of the ring
constexpr std::size_t kPathMax = 4096;
std::array<char, kPathMax> first_file{};  // written once, by who has reserved slot 0
std::array<std::atomic<std::uintptr_t>, kRemembered> last_missing_pages;  // a ring
std::uintptr_t page_mask = 0;
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free);

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

// mmap is a bare system call on Linux and so safe in a handler of a synchronous signal.
void replace_missing_page(int signal_number, siginfo_t* info, void* /*context*/) {
  if (info->si_code != BUS_ADRERR) {
    die_of(signal_number);
    return;
  }
  const int saved_errno = errno;
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr) & page_mask;
  const unsigned index = reserved_slots.fetch_add(1, std::memory_order_relaxed);
  if (index == 0) note_file_of(address);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the address of a page is computed
  void* page = ::mmap(reinterpret_cast<void*>(address), ~page_mask + 1, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (page == MAP_FAILED) die_of(signal_number);
  last_missing_pages[index % kRemembered].store(address, std::memory_order_relaxed);
  missing_page_count.fetch_add(1, std::memory_order_release);  // with missing_pages()
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

std::string file_of_missing_page() {
  return missing_pages() == 0 ? "" : first_file.data();
}

}  // namespace logq::base
