// A mapped file that shrinks: zeros instead of the end of the process, and whose they are.
#include "base/sigbus_guard.h"

#include <sys/mman.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/io.h"
#include "base/mapped_region.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::base {
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
  const int before = missing_pages();
  ASSERT_EQ(::ftruncate(fd->get(), static_cast<off_t>(page)), 0);

  EXPECT_EQ(bytes[0], 'x');
  EXPECT_EQ(bytes[2 * page], '\0');

  EXPECT_EQ(missing_pages(), before + 1);
  EXPECT_EQ(file_of_missing_page(), path);
  ::munmap(mapped, 4 * page);
}

TEST(SigbusGuard, AWriterLearnsWhichOfItsMappingsLostAPage) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const test::TempDir dir;
  const auto fd = open_file(dir.path() + "/file", O_RDWR | O_CREAT, 0600);
  ASSERT_TRUE(fd.has_value());
  ASSERT_EQ(::ftruncate(fd->get(), static_cast<off_t>(2 * page)), 0);
  auto lost = MappedRegion::map_file(fd->get(), 2 * page, MappedRegion::Access::kReadWrite);
  auto kept = MappedRegion::map_file(fd->get(), page, MappedRegion::Access::kReadWrite);
  ASSERT_TRUE(lost.has_value() && kept.has_value());
  install_sigbus_guard();
  const int before = missing_pages();
  ASSERT_EQ(::ftruncate(fd->get(), static_cast<off_t>(page)), 0);

  static_cast<volatile std::byte&>(lost->data()[page + 100]) = std::byte{1};

  EXPECT_EQ(missing_pages(), before + 1);
  EXPECT_TRUE(misses_page(lost->bytes(), before));
  EXPECT_FALSE(misses_page(lost->bytes(), before + 1)) << "missed before that";
  EXPECT_FALSE(misses_page(kept->bytes(), before));
}

}  // namespace
}  // namespace logq::base
