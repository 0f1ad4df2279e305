#include "collect/process_facts.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "base/io.h"

namespace logq::collect {
namespace {

// From the kernel's headers, which are newer than ours: asm/socket.h, linux/magic.h, linux/pidfd.h.
constexpr int kPassPidfd = 76;
constexpr int kPeerPidfd = 77;
constexpr long kPidfsMagic = 0x50494446;
struct PidfdInfo {
  std::uint64_t mask;
  std::uint64_t cgroup_id;
  std::uint32_t pid;
  std::uint32_t tgid;
  std::uint32_t unused[9];  // of its parent, users and groups
  std::int32_t exit_code;
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr std::uint64_t kInfoPid = 1;
constexpr std::uint64_t kInfoCgroup = 4;
constexpr std::uint64_t kInfoExit = 8;
constexpr unsigned long kGetInfo = _IOWR(0xff, 11, PidfdInfo);

constexpr std::uint64_t kStartSlackUsec = 20'000;

std::uint64_t clock_usec(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(time.tv_nsec) / 1000;
}

}  // namespace

base::UniqueFd open_pidfd(pid_t pid) {
  return base::UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
}

bool kernel_tells_processes() {
  const base::UniqueFd own = open_pidfd(::getpid());
  struct statfs status {};
  // Before pidfs all pidfds shared one inode.
  if (!own.is_open() || ::fstatfs(own.get(), &status) < 0) return false;
  if (status.f_type != kPidfsMagic) return false;
  PidfdInfo info{};
  info.mask = kInfoCgroup;
  if (::ioctl(own.get(), kGetInfo, &info) < 0 || (info.mask & kInfoPid) == 0) return false;
  const base::UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  int on = 0;
  socklen_t size = sizeof(on);
  return ::getsockopt(socket.get(), SOL_SOCKET, kPassPidfd, &on, &size) == 0;
}

std::uint64_t identity_of(int pidfd) {
  struct stat status {};
  return ::fstat(pidfd, &status) == 0 ? status.st_ino : 0;
}

ProcessFacts facts_of(int pidfd) {
  ProcessFacts facts{identity_of(pidfd), 0, true};
  PidfdInfo info{};
  // Nothing is told while a process is just being waited for, and before 6.15 nothing afterwards.
  bool is_told = false;
  for (int attempt = 0; attempt < 2 && !is_told; ++attempt) {
    info = {};
    info.mask = kInfoCgroup | kInfoExit;
    is_told = ::ioctl(pidfd, kGetInfo, &info) == 0;
  }
  if (!is_told) return facts;
  facts.has_ended = (info.mask & kInfoPid) == 0;
  if ((info.mask & kInfoCgroup) != 0) facts.cgroup_id = info.cgroup_id;
  return facts;
}

std::optional<ProcessFacts> facts_of_pid(pid_t pid) {
  const base::UniqueFd pidfd = open_pidfd(pid);
  if (!pidfd.is_open()) return std::nullopt;
  const ProcessFacts facts = facts_of(pidfd.get());
  if (facts.has_ended) return std::nullopt;  // meanwhile
  return facts;
}

base::UniqueFd peer_process(int socket) {
  int pidfd = -1;
  socklen_t size = sizeof(pidfd);
  if (::getsockopt(socket, SOL_SOCKET, kPeerPidfd, &pidfd, &size) < 0) return {};
  return base::UniqueFd(pidfd);
}

void pass_processes(int socket, bool on) {
  const int value = on ? 1 : 0;
  // Refused by kernels without it.
  std::ignore = ::setsockopt(socket, SOL_SOCKET, kPassPidfd, &value, sizeof(value));
}

std::uint64_t start_ticks_of(pid_t pid) {
  constexpr int kFieldsBetween = 19;  // the state follows the name, the start time 19 further on
  const auto text = base::read_small_file("/proc/" + std::to_string(pid) + "/stat", 4096);
  if (!text.has_value()) return 0;
  std::size_t at = text->rfind(')');  // the name may contain anything
  for (int field = 0; field <= kFieldsBetween && at != std::string::npos; ++field)
    at = text->find(' ', at + 1);
  if (at == std::string::npos) return 0;
  std::uint64_t ticks = 0;
  std::from_chars(text->data() + at + 1, text->data() + text->size(), ticks);
  return ticks;
}

bool began_after(pid_t pid, std::uint64_t sent_realtime_usec) {
  const std::uint64_t ticks = start_ticks_of(pid);
  if (ticks == 0) return false;
  const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  const std::uint64_t began = ticks * 1'000'000 / per_second;
  const std::uint64_t since_boot = clock_usec(CLOCK_BOOTTIME);
  const std::uint64_t now = clock_usec(CLOCK_REALTIME);
  // Sent in the future, or before the boot: the clock was set, and nothing can be said by it.
  if (sent_realtime_usec > now + kStartSlackUsec) return true;
  const std::uint64_t age = now - std::min(now, sent_realtime_usec);
  return age > since_boot || began > since_boot - age + kStartSlackUsec;
}

}  // namespace logq::collect
