// A mapped file that shrinks: zeros instead of the end of the process, and whose they are.
#include "base/sigbus_guard.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <thread>

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

// A file of `count` pages that was mapped before it lost them.
class LostPages {
 public:
  explicit LostPages(std::size_t count) : path_(dir_.path() + "/lost") {
    const auto fd = open_file(path_, O_RDWR | O_CREAT, 0600);
    const bool sized = ::ftruncate(fd->get(), static_cast<off_t>(count * kPage)) == 0;
    region_ = *MappedRegion::map_file(fd->get(), count * kPage, MappedRegion::Access::kReadWrite);
    if (!sized || ::ftruncate(fd->get(), 0) != 0) std::abort();
  }
  volatile std::byte& at(std::size_t page, std::size_t byte) {
    return region_.data()[page * kPage + byte];
  }
  [[nodiscard]] std::span<const std::byte> page(std::size_t index) const {
    return region_.bytes().subspan(index * kPage, kPage);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  static inline const auto kPage = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  test::TempDir dir_;
  std::string path_;
  MappedRegion region_;
};

// Both begin at the same moment, or nearly.
void run_together(const std::function<void()>& one, const std::function<void()>& other) {
  std::atomic<int> ready = 0;
  const auto start = [&ready](const std::function<void()>& body) {
    return std::thread([&ready, &body] {
      for (++ready; ready < 2;)
        std::this_thread::yield();
      body();
    });
  };
  std::thread first = start(one);
  std::thread second = start(other);
  first.join();
  second.join();
}

TEST(SigbusGuard, TwoThreadsThatMissAPageAtOnceAreGivenTheSameZeros) {
  constexpr std::size_t kPages = 1000;
  LostPages lost(kPages);
  install_sigbus_guard();
  const int before = missing_pages();
  std::size_t spoilt = 0;
  std::size_t untold = 0;
  for (std::size_t page = 0; page < kPages; ++page) {
    const int seen = missing_pages();
    std::atomic<std::size_t> lost_reports = 0;
    const auto store = [&](std::size_t byte) {
      lost.at(page, byte) = std::byte{1};
      if (!misses_page(lost.page(page), seen)) ++lost_reports;
    };
    run_together([&] { store(8); }, [&] { store(16); });
    if (lost.at(page, 8) != std::byte{1} || lost.at(page, 16) != std::byte{1}) ++spoilt;
    untold += lost_reports;
  }
  EXPECT_EQ(spoilt, 0U) << "pages that lost what was stored in their zeros";
  EXPECT_EQ(untold, 0U) << "stores that went nowhere, and nobody was told";
  EXPECT_EQ(missing_pages(), before + static_cast<int>(kPages)) << "each is missing once";
}

// Ends the process, which learns of a first missing page only once: with 0 when its file was known
// whole at the moment at which anything was known to be missing.
[[noreturn]] void read_the_first_file_while_it_is_found() {
  LostPages lost(2);
  install_sigbus_guard();
  std::string told;
  std::thread reader([&told] {
    while (missing_pages() == 0) {
    }
    told = file_of_missing_page();
  });
  run_together([&] { lost.at(0, 0) = std::byte{1}; }, [&] { lost.at(1, 0) = std::byte{1}; });
  reader.join();
  ::_exit(told == lost.path() ? 0 : 1);
}

TEST(SigbusGuard, TheFileOfTheFirstMissingPageIsKnownWholeOrNotAtAll) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (int i = 0; i < 20; ++i)
    EXPECT_EXIT(read_the_first_file_while_it_is_found(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace logq::base
