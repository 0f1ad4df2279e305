// Makes a full disk look like a quota that is used up, while LOGQ_TEST_QUOTA is in the environment:
// what allocates room fails with EDQUOT in place of ENOSPC. Preloaded into logqd, or linked into a
// test. (Root, as whom the tests mount small disks, is exempt from real quotas.)
#include <dlfcn.h>
#include <fcntl.h>

#include <cerrno>
#include <cstdlib>

extern "C" __attribute__((visibility("default"))) int fallocate(int fd,
                                                                int mode,
                                                                off_t from,
                                                                off_t size) {
  using Allocate = int (*)(int, int, off_t, off_t);
  static const auto real = reinterpret_cast<Allocate>(::dlsym(RTLD_NEXT, "fallocate"));
  const int status = real(fd, mode, from, size);
  if (status != 0 && errno == ENOSPC && std::getenv("LOGQ_TEST_QUOTA") != nullptr) errno = EDQUOT;
  return status;
}
