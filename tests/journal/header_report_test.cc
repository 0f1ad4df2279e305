// describe_header() beside `journalctl --header` of 252.
//
// The newest version, whose answer ours is, differs from 252 in these lines:
// - "Rotate suggested": yes for headers of 264 bytes, which are 252's own and older than 272;
// - "Compatible flags": names TAIL_ENTRY_BOOT_ID and SEALED_CONTINUOUS, which 252 shows as "???".
// No file below has either, so nothing is masked.
#include "journal/header_report.h"

#include <cstring>

#include <gtest/gtest.h>

#include "journal/reader_support.h"
#include "journal/variant_file.h"

namespace logq::journal::test {
namespace {

using logq::test::TempDir;
namespace fs = std::filesystem;

// Ours is made in the zone that journalctl() runs in.
class HeaderReport : public testing::Test {
 protected:
  void SetUp() override {
    if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  static std::string theirs(const std::string& path) {
    return logq::test::journalctl({"--header", "--file", path}).out;
  }
  TempDir directory_;
};

TEST_F(HeaderReport, IsThatOfJournalctlForOurFiles) {
  for (const Variant& variant : kVariants) {
    const TempDir directory;
    const std::string path = make_variant(directory.path(), variant);

    EXPECT_EQ(describe_header(path).value_or(""), theirs(path));
  }
}

TEST_F(HeaderReport, IsThatOfJournalctlForOlderHeaders) {
  const fs::path data = std::string(LOGQ_TESTDATA_DIR) + "/journals/no-rtc";
  if (!fs::is_directory(data)) GTEST_SKIP() << "no test data in " << data;
  for (const auto& file : fs::directory_iterator(data)) {
    const std::string path = directory_.path() + "/" + file.path().stem().string();
    if (!logq::test::unpack_zstd(file.path(), path)) GTEST_SKIP() << "zstd is not installed";

    EXPECT_EQ(describe_header(path).value_or(""), theirs(path));
  }
}

TEST_F(HeaderReport, SuggestsRotationWhateverACounterClaims) {
  const std::string path = make_variant(directory_.path(), kVariants[0]);
  std::string bytes = logq::test::read_file(path);
  const Le64 claim = std::uint64_t{1} << 62;
  std::memcpy(bytes.data() + offsetof(Header, n_data), &claim, sizeof claim);
  logq::test::write_file(path, bytes);

  EXPECT_NE(describe_header(path).value_or("").find("Rotate suggested: yes"), std::string::npos);
}

TEST_F(HeaderReport, LeavesOutWhatAnOldHeaderDoesNotHave) {
  const std::string path = make_variant(directory_.path(), kVariants[1]);
  std::string bytes = logq::test::read_file(path);
  const std::uint64_t end = bytes.size();
  for (const std::uint64_t size : {208U, 216U, 224U, 232U, 240U, 248U, 256U}) {
    const Le64 header_size = size;
    const Le64 arena_size = end - size;
    std::memcpy(bytes.data() + offsetof(Header, header_size), &header_size, 8);
    std::memcpy(bytes.data() + offsetof(Header, arena_size), &arena_size, 8);
    logq::test::write_file(path, bytes);

    EXPECT_EQ(describe_header(path).value_or(""), theirs(path)) << size;
  }
}

TEST_F(HeaderReport, IsThatOfJournalctlForAFileWithoutEntries) {
  const std::string path = directory_.path() + "/system.journal";
  ASSERT_TRUE((*FileWriter::create(path, small_file()))->close());

  EXPECT_EQ(describe_header(path).value_or(""), theirs(path));
}

TEST_F(HeaderReport, NamesTheFlagsOfNewerVersions) {
  const std::string path = make_variant(directory_.path(), kVariants[0]);
  std::string bytes = logq::test::read_file(path);
  bytes[offsetof(Header, compatible_flags)] = 0xf;
  logq::test::write_file(path, bytes);

  EXPECT_NE(describe_header(path)->find(
                "Compatible flags: SEALED SEALED_CONTINUOUS TAIL_ENTRY_BOOT_ID ???\n"),
            std::string::npos);
}

TEST_F(HeaderReport, RefusesWhatIsNoJournal) {
  logq::test::write_file(directory_.path() + "/x", std::string(4096, 'x'));

  EXPECT_EQ(describe_header(directory_.path() + "/x").error().code, Errc::kCorrupt);
  EXPECT_EQ(describe_header(directory_.path() + "/none").error().sys_errno, ENOENT);
}

}  // namespace
}  // namespace logq::journal::test
