// Preloaded into logqd: its wall clock is off by the microseconds that a file says, a native 64-bit
// number, which the test changes while it runs. Nothing else of the machine's clock is touched.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace {

using GetTime = int (*)(clockid_t, timespec*);

constexpr std::int64_t kNanoseconds = 1'000'000'000;

const std::atomic<std::int64_t>* map_offset() {
  const char* path = std::getenv("LOGQ_TEST_CLOCK");
  if (path == nullptr) return nullptr;
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return nullptr;
  void* mapped = ::mmap(nullptr, sizeof(std::atomic<std::int64_t>), PROT_READ, MAP_SHARED, fd, 0);
  ::close(fd);
  return mapped == MAP_FAILED ? nullptr : static_cast<const std::atomic<std::int64_t>*>(mapped);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int clock_gettime(clockid_t id,
                                                                    timespec* time) noexcept {
  static const auto real = reinterpret_cast<GetTime>(::dlsym(RTLD_NEXT, "clock_gettime"));
  static const std::atomic<std::int64_t>* const offset = map_offset();
  const int status = real(id, time);
  const bool is_wall = id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE;
  if (status != 0 || !is_wall || offset == nullptr) return status;
  const std::int64_t nanoseconds =
      std::int64_t{time->tv_sec} * kNanoseconds + time->tv_nsec + offset->load() * 1000;
  time->tv_sec = nanoseconds / kNanoseconds;
  time->tv_nsec = nanoseconds % kNanoseconds;
  return status;
}
