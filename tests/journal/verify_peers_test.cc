// verify_file() on files that others made, and on what a fuzzer made of such.
#include <gtest/gtest.h>

#include "journal/reader_support.h"
#include "journal/variant_file.h"
#include "journal/verify.h"

namespace logq::journal::test {
namespace {

using logq::test::TempDir;
namespace fs = std::filesystem;

std::string verify_failure(const std::string& path) {
  const auto report = verify_file(path);
  if (!report) return report.error().message();
  return report->failure ? report->failure->message() : "";
}

TEST(VerifyPeers, AgreesWithJournalctlAboutTheJournalsWithoutAClock) {
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  const fs::path data = std::string(LOGQ_TESTDATA_DIR) + "/journals/no-rtc";
  if (!fs::is_directory(data)) GTEST_SKIP() << "no test data in " << data;
  const TempDir directory;
  std::size_t failures = 0;
  for (const auto& file : fs::directory_iterator(data)) {
    const std::string path = directory.path() + "/" + file.path().stem().string();
    if (!logq::test::unpack_zstd(file.path(), path)) GTEST_SKIP() << "zstd is not installed";
    const std::string failure = verify_failure(path);
    failures += failure.empty() ? 0U : 1U;
    EXPECT_EQ(failure.empty(), logq::test::verify_file(path).status == 0) << path << failure;
  }
  // Left by a machine that lost its power: a payload with other bytes, two entries full of zeros.
  EXPECT_EQ(failures, 3U);
}

struct RemoteVariant {
  const char* environment;
  const char* options;
};

TEST(VerifyPeers, PassesFilesOfJournalRemote) {
  if (!logq::test::peers_installed()) GTEST_SKIP() << logq::test::kNoPeers;
  constexpr RemoteVariant kRemoteVariants[] = {
      {"", ""},
      {"SYSTEMD_JOURNAL_COMPACT=0", ""},
      {"SYSTEMD_JOURNAL_COMPACT=0 SYSTEMD_JOURNAL_KEYED_HASH=0", "--compress=no"},
  };
  for (const RemoteVariant& variant : kRemoteVariants) {
    const TempDir directory;
    const std::string path = directory.path() + "/remote.journal";
    logq::test::make_journal(path, logq::test::export_entries(0, 400), variant.environment,
                             variant.options);

    EXPECT_EQ(verify_failure(path), "") << variant.environment;
  }
}

// Each file is looked at as it is and, since nearly all of them carry flags that are reason enough,
// once more without these.
TEST(VerifyPeers, FailsWhatAFuzzerMade) {
  const fs::path data = std::string(LOGQ_TESTDATA_DIR) + "/journals/corrupted";
  if (!fs::is_directory(data)) GTEST_SKIP() << "no test data in " << data;
  const TempDir directory;
  const std::string tar = (data / "afl-corrupted-310.tar.zst").string();
  if (logq::test::run_shell("tar --zstd -C " + logq::test::shell_quoted(directory.path()) +
                            " -xf " + logq::test::shell_quoted(tar)) != 0) {
    GTEST_SKIP() << "tar or zstd is not installed";
  }
  std::size_t files = 0;
  for (const auto& file : fs::recursive_directory_iterator(directory.path())) {
    if (!file.is_regular_file()) continue;
    ++files;
    EXPECT_NE(verify_failure(file.path()), "") << file.path();
    std::string bytes = logq::test::read_file(file.path());
    if (bytes.size() < sizeof(Header)) continue;
    std::fill_n(bytes.begin() + offsetof(Header, compatible_flags), 4, '\0');
    std::fill_n(bytes.begin() + offsetof(Header, reserved), 7, '\0');
    logq::test::write_file(directory.path() + "/plain", bytes);
    EXPECT_NE(verify_failure(directory.path() + "/plain"), "") << file.path();
  }
  EXPECT_GT(files, 300U);
}

// Megabytes of one letter are a kilobyte; thousands of them would be a check without an end.
TEST(VerifyPeers, UnpacksNoMoreThanFitsTheFile) {
  const TempDir directory;
  WriterOptions options;
  options.max_size_bytes = std::uint64_t{16} << 20;
  auto writer = FileWriter::create(directory.path() + "/system.journal", options).value();
  for (std::uint64_t i = 0; i < 5; ++i) {
    const std::string large = "LARGE=" + std::string(12 << 20, static_cast<char>('a' + i));
    ASSERT_TRUE(writer->append(moment(i), {{large}}));
  }
  const std::string path = writer->archive().value();
  ASSERT_LT(std::filesystem::file_size(path), 900U << 10);

  const auto usual = verify_file(path);
  const auto strict = verify_file(path, {}, 0);

  ASSERT_TRUE(usual && strict && strict->failure);
  EXPECT_FALSE(usual->failure);
  EXPECT_EQ(strict->failure->code, Errc::kTooLarge);
}

// A file whose lists all share the same arrays would take a time that grows with the square of its
// size; the number of fields of all entries is the bound.
TEST(VerifyPeers, StopsWhereListsShareTheirArrays) {
  const TempDir directory;
  const std::string path = make_variant(directory.path(), kVariants[1]);
  std::string bytes = logq::test::read_file(path);
  const auto at = [&bytes](std::string_view payload) {
    return bytes.find(payload) - sizeof(DataObject);
  };
  for (int i = 0; i < 9; ++i) {
    const std::size_t data = at("MESSAGE=m" + std::to_string(i));
    std::memcpy(bytes.data() + data + offsetof(DataObject, entry_offset),
                bytes.data() + at("PRIORITY=6") + offsetof(DataObject, entry_offset), 24);
    bytes[data + offsetof(DataObject, n_entries)] = 8;  // all but the last entry
  }
  logq::test::write_file(path, bytes);

  EXPECT_NE(verify_failure(path).find("more entries are listed"), std::string::npos)
      << verify_failure(path);
}

}  // namespace
}  // namespace logq::journal::test
