// Verify looks at a damaged file that is being written to once more after a pause. Here nobody
// writes. The linker leads calls of nanosleep here (-Wl,--wrap).
#include <time.h>

// NOLINTBEGIN(bugprone-reserved-identifier): names that the linker gives
extern "C" int __wrap_nanosleep(const timespec* pause, timespec* left);

extern "C" int __wrap_nanosleep(const timespec* /*pause*/, timespec* /*left*/) {
  return 0;
}
// NOLINTEND(bugprone-reserved-identifier)
