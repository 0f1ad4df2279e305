// A mapped file that shrinks: zeros instead of the end of the process, and its name.
#include "common/sigbus_guard.h"

#include <sys/mman.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/io.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::cli {
namespace {

TEST(SigbusGuard, AMissingPageReadsAsZerosAndItsFileIsKnown) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const test::TempDir dir;
  const std::string path = dir.path() + "/a file";
  test::write_text_file(path, std::string(4 * page, 'x'));
  const auto fd = base::open_file(path, O_RDWR);
  ASSERT_TRUE(fd.has_value());
  void* const mapped = ::mmap(nullptr, 4 * page, PROT_READ, MAP_SHARED, fd->get(), 0);
  ASSERT_NE(mapped, MAP_FAILED);
  const volatile char* const bytes = static_cast<const char*>(mapped);
  install_sigbus_guard();
  ASSERT_EQ(missing_pages(), 0);
  ASSERT_EQ(::ftruncate(fd->get(), static_cast<off_t>(page)), 0);

  EXPECT_EQ(bytes[0], 'x');
  EXPECT_EQ(bytes[2 * page], '\0');

  EXPECT_EQ(missing_pages(), 1);
  EXPECT_EQ(file_of_missing_page(), path);
  ::munmap(mapped, 4 * page);
}

}  // namespace
}  // namespace logq::cli
