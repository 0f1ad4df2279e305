// Makes the address sanitizer see reads behind the end of a mapped file. The last page of a file is
// readable to its end, and readers reserve address space far beyond it; neither may be looked at.
// The linker leads calls of mmap and munmap here (-Wl,--wrap).
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstddef>

#include <sanitizer/asan_interface.h>

// NOLINTBEGIN(bugprone-reserved-identifier): names that the linker gives
extern "C" void* __real_mmap(void* where, size_t size, int protection, int flags, int fd, off_t at);
extern "C" int __real_munmap(void* where, size_t size);
extern "C" void* __wrap_mmap(void* where, size_t size, int protection, int flags, int fd, off_t at);
extern "C" int __wrap_munmap(void* where, size_t size);

namespace {

constexpr size_t up_to_page(size_t size) {
  constexpr size_t kPage = 4096;
  return (size + kPage - 1) / kPage * kPage;
}

}  // namespace

extern "C" void* __wrap_mmap(
    void* where, size_t size, int protection, int flags, int fd, off_t at) {
  void* mapped = __real_mmap(where, size, protection, flags, fd, at);
  struct stat status {};
  if (mapped == MAP_FAILED || protection != PROT_READ || ::fstat(fd, &status) != 0) return mapped;
  const auto end = static_cast<size_t>(status.st_size > at ? status.st_size - at : 0);
  // Shadow memory for all of what is reserved would take longer than reading the file.
  const size_t strict = up_to_page(end);
  if (end < strict && strict <= up_to_page(size)) {
    __asan_poison_memory_region(static_cast<char*>(mapped) + end, strict - end);
  }
  return mapped;
}

extern "C" int __wrap_munmap(void* where, size_t size) {
  __asan_unpoison_memory_region(where, up_to_page(size));
  return __real_munmap(where, size);
}
// NOLINTEND(bugprone-reserved-identifier)
