#include "journal/zero_blocks.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "journal/writer_support.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"

namespace logq::journal {
namespace {

constexpr std::uint64_t kBlock = 4096;

std::uint64_t blocks_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return static_cast<std::uint64_t>(status.st_blocks) * 512;
}

// A file of 16 blocks.
Arena map_new(const std::string& path) {
  base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  Arena arena = Arena::map(std::move(fd), 0, 16 * kBlock).value();
  EXPECT_TRUE(arena.grow_to(16 * kBlock));
  return arena;
}

TEST(ZeroBlocks, WholeOnesAreGivenBackAndAllBytesStay) {
  const logq::test::TempDir directory;
  const std::string path = directory.path() + "/file";
  Arena arena = map_new(path);
  *arena.bytes(0) = 1;                // block 0, at its beginning
  *arena.bytes(4 * kBlock - 1) = 2;   // block 3, at its end
  *arena.bytes(8 * kBlock + 77) = 3;  // block 8
  const std::uint64_t before = blocks_of(path);
  // 1 and 2, 4 to 7, 9 to 13; block 14 is not all of it.
  EXPECT_EQ(punch_zero_blocks(arena, 14 * kBlock + 100), 11 * kBlock);
  // What the file system needs to find the pieces may take one.
  EXPECT_LE(blocks_of(path), before - 10 * kBlock);
  std::string expected(16 * kBlock, '\0');
  expected[0] = 1;
  expected[4 * kBlock - 1] = 2;
  expected[8 * kBlock + 77] = 3;
  EXPECT_EQ(std::memcmp(arena.bytes(0), expected.data(), expected.size()), 0);
}

TEST(ZeroBlocks, AFileOfZerosKeepsNone) {
  const logq::test::TempDir directory;
  const std::string path = directory.path() + "/file";
  const Arena arena = map_new(path);
  EXPECT_EQ(punch_zero_blocks(arena, 16 * kBlock), 16 * kBlock);
  EXPECT_EQ(blocks_of(path), 0U);
  EXPECT_EQ(punch_zero_blocks(arena, 100), 0U);
}

TEST(ZeroBlocks, ASmallArchiveKeepsNoEmptyTables) {
  const logq::test::TempDir directory;
  WriterOptions options;
  const auto writer = FileWriter::create(directory.path() + "/system.journal", options).value();
  for (std::uint64_t n = 1; n <= 20; ++n)
    ASSERT_TRUE(writer->append(test::moment(n), test::views(test::service_entry(n))));
  const std::string archive = writer->archive().value();
  // Its tables alone are 1.8 MiB.
  EXPECT_LT(blocks_of(archive), 512U << 10);
  EXPECT_EQ(test::seqnums_of(archive), test::numbers(1, 20));
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  const auto verified = logq::test::verify_directory(directory.path());
  EXPECT_EQ(verified.status, 0) << verified.out;
}

}  // namespace
}  // namespace logq::journal
