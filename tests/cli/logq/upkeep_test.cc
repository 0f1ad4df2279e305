// --verify, --vacuum-*, --disk-usage and --header: where they print, and what they end with.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "written_journal.h"

namespace logq::test {
namespace {

class Upkeep : public testing::Test {
 protected:
  Upkeep() {
    journal_.begin_file(
        "system@00000000000000000000000000000001-0000000000000001-"
        "0000000000000001.journal");
    journal_.append("archived");
    journal_.begin_file("user-1000.journal");
    journal_.append("active");
  }

  std::size_t count_files() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator(journal_.directory()))
      ++count;
    return count;
  }

  void damage(const std::string& name) const {
    std::fstream file(journal_.directory() + "/" + name,
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(152);  // the number of entries
    file.write("\xff\xff\xff\xff", 4);
  }

  WrittenJournal journal_;
};

TEST_F(Upkeep, VerificationSpeaksOnStandardError) {
  const CommandResult result = journal_.logq({"--verify"});

  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("PASS: " + journal_.directory() + "/user-1000.journal\n"),
            std::string::npos)
      << result.err;
}

TEST_F(Upkeep, OneUnsoundFileIsAFailureAndTheOthersAreChecked) {
  damage("system.journal");

  const CommandResult result = journal_.logq({"--verify"});

  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("FAIL: " + journal_.directory() + "/system.journal ("),
            std::string::npos);
  EXPECT_NE(result.err.find("PASS: " + journal_.directory() + "/user-1000.journal\n"),
            std::string::npos);
}

// As journalctl without the key does; the check itself finds nothing wrong.
TEST_F(Upkeep, ASealedFileIsNotPassed) {
  journal_.begin_file("user-7.journal");
  journal_.begin_file("user-8.journal");
  std::fstream file(journal_.directory() + "/user-7.journal",
                    std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(8);  // compatible flags
  file.put(1);
  file.close();

  const CommandResult result = journal_.logq({"--verify"});

  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("user-7.journal (Required key not available"), std::string::npos)
      << result.err;
  EXPECT_NE(result.err.find("PASS: " + journal_.directory() + "/user-8.journal\n"),
            std::string::npos)
      << result.err;
}

// Nobody looks at a pipe: no progress there, whatever the size of the file.
TEST_F(Upkeep, VerificationShowsProgressOnTerminalsOnly) {
  EXPECT_EQ(journal_.logq({"--verify"}).err.find("checking"), std::string::npos);
}

TEST_F(Upkeep, VacuumingDeletesArchivesAndSaysSo) {
  const CommandResult result = journal_.logq({"--vacuum-files=1"});

  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(result.err.starts_with("Deleted archived journal " + journal_.directory()))
      << result.err;
  EXPECT_NE(result.err.find("Vacuuming done, freed "), std::string::npos);
  EXPECT_EQ(count_files(), 2U);
}

TEST_F(Upkeep, QuietVacuumingIsSilent) {
  EXPECT_EQ(journal_.logq({"--vacuum-time=1s", "-q"}).err, "");
  EXPECT_EQ(count_files(), 2U);
}

TEST_F(Upkeep, VacuumingWithinTheLimitsDeletesNothing) {
  EXPECT_EQ(journal_.logq({"--vacuum-size=1G", "--vacuum-files=10"}).status, 0);
  EXPECT_EQ(count_files(), 3U);
}

TEST_F(Upkeep, DiskUsageIsOneLine) {
  const CommandResult result = journal_.logq({"--disk-usage"});

  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(result.out.starts_with("Archived and active journals take up ")) << result.out;
  EXPECT_TRUE(result.out.ends_with(" in the file system.\n")) << result.out;
}

TEST_F(Upkeep, HeadersAreSeparatedByEmptyLines) {
  const CommandResult result = journal_.logq({"--header"});

  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(result.out.starts_with("File path: ")) << result.out;
  EXPECT_NE(result.out.find("\n\nFile path: "), std::string::npos);
}

TEST_F(Upkeep, LimitsThatAreNoneAreRefused) {
  for (const char* const option : {"--vacuum-size=x", "--vacuum-files=-1", "--vacuum-time=soon"})
    EXPECT_EQ(journal_.logq({option}).status, 1) << option;
}

}  // namespace
}  // namespace logq::test
