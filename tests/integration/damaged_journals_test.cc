// logq on damaged journal files: fuzzers' files, and a good one cut off. Whatever it is asked, it
// ends by itself within ten seconds of its own, dies of no signal, and shows at least the entries
// that stock journalctl 252 shows. (That one does not survive all of these files.)
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/awkward_entries.h"
#include "support/child_process.h"
#include "support/journalctl.h"
#include "support/long_tests.h"
#include "support/private_logqd.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

// Of processor time, which is the same however busy the machine is.
constexpr const char* kLimit = "--cpu=10";

const std::vector<Arguments> kOperations = {
    {"--boot"},           {"--verify"},      {"--output=export"},  {"--grep=."},
    {"--fields"},         {"--list-boots"},  {"--header"},         {"-n", "5", "-r"},
    {"-F", "MESSAGE"},    {"-u", "*"},       {"-o", "json", "-a"}, {"-o", "verbose", "-r"},
    {"-S", "2000-01-01"}, {"-p", "4", "-n3"}};

CommandResult run_on(const std::string& program, const std::string& file, const Arguments& words) {
  Command command{{"prlimit", kLimit, program, "--no-pager", "-q", "--file", file},
                  {{"LC_ALL", "C.UTF-8"}, {"TZ", "UTC"}},
                  {}};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  return run_command(command);
}

// Ended by itself, and not because it did not understand.
void expect_survival(const CommandResult& result, const std::string& file, const Arguments& words) {
  const bool survived = result.status == 0 || result.status == 1;
  const bool understood = result.err.find("option") == std::string::npos;
  EXPECT_TRUE(survived && understood)
      << file << " " << words.front() << ": " << result.status << " " << result.err.substr(0, 2000);
}

CommandResult expect_survival_of(const std::string& file, const Arguments& words) {
  CommandResult result = run_on(built_program("logq"), file, words);
  expect_survival(result, file, words);
  return result;
}

std::size_t count_entries(const std::string& exported) {
  std::size_t entries = exported.starts_with("__CURSOR=") ? 1 : 0;
  for (std::size_t at = 0; (at = exported.find("\n__CURSOR=", at)) != std::string::npos; ++at)
    ++entries;
  return entries;
}

void unpack(const fs::path& packed, const std::string& directory) {
  const std::string name = packed.filename().string();
  const Arguments command = name.find(".tar.") != std::string::npos
                                ? Arguments{"tar", "--zstd", "-xf", packed, "-C", directory}
                                : Arguments{"zstd", "-dqf", packed, "-o",
                                            directory + "/" + packed.stem().string() + ".journal"};
  const CommandResult unpacked = run_command({command, {}, {}});
  // One of the files is a zstd frame that is cut off: it is damaged as it is.
  if (unpacked.status != 0) fs::copy_file(packed, directory + "/" + name + ".journal");
}

class FuzzedJournals : public testing::Test {
 protected:
  void SetUp() override {
    const fs::path data = LOGQ_TESTDATA_DIR "/journals/corrupted";
    if (!fs::exists(data)) GTEST_SKIP() << "no " << data;
    for (const auto& packed : fs::directory_iterator(data))
      unpack(packed.path(), directory_.path());
    for (const auto& file : fs::directory_iterator(directory_.path()))
      files_.push_back(file.path());
    std::sort(files_.begin(), files_.end());
    ASSERT_GT(files_.size(), 300U);
  }

  // All under --long, else every third from `first` on.
  [[nodiscard]] std::vector<std::string> some_files(std::size_t first) const {
    const auto step = static_cast<std::size_t>(rounds(3, 1));
    std::vector<std::string> some;
    for (std::size_t i = step == 1 ? 0 : first; i < files_.size(); i += step)
      some.push_back(files_[i]);
    return some;
  }

  TempDir directory_;
  std::vector<std::string> files_;
};

TEST_F(FuzzedJournals, AreExportedAsFarAsJournalctlExportsThem) {
  for (const std::string& file : some_files(0)) {
    const CommandResult ours = expect_survival_of(file, {"-o", "export"});
    if (!journalctl_installed()) continue;
    const CommandResult theirs = run_on("journalctl", file, {"-o", "export"});

    EXPECT_GE(count_entries(ours.out), count_entries(theirs.out)) << file << ": " << ours.err;
  }
}

TEST_F(FuzzedJournals, AreVerifiedToTheEnd) {
  for (const std::string& file : some_files(1))
    expect_survival_of(file, {"--verify"});
}

// Every file with one operation or another; under --long with all of them.
TEST_F(FuzzedJournals, StopNoOperation) {
  const auto at_once = static_cast<std::size_t>(rounds(1, static_cast<int>(kOperations.size())));
  std::size_t next = 0;
  for (const std::string& file : files_) {
    for (std::size_t i = 0; i < at_once; ++i)
      expect_survival_of(file, kOperations[next++ % kOperations.size()]);
  }
}

TEST_F(FuzzedJournals, AreReadTogether) {
  for (const Arguments& words : kOperations)
    expect_survival_of(directory_.path() + "/*.journal", words);
}

// Where the zeros begin that a journal file is made with.
std::size_t end_of_content(const std::string& path) {
  return read_text_file(path).find_last_not_of('\0') + 1;
}

TEST(CutOffJournal, IsReadAsFarAsItGoes) {
  const TempDir directory;
  const std::string whole = directory.path() + "/whole.journal";
  if (!make_journal(whole, awkward_user_export())) {
    GTEST_SKIP() << "systemd-journal-remote is not installed";
  }
  const std::string cut = directory.path() + "/cut.journal";
  const std::size_t content = end_of_content(whole);
  const std::size_t step = content / static_cast<std::size_t>(rounds(40, 2'000));

  for (std::size_t size = content - 1; size > step; size -= step) {
    fs::copy_file(whole, cut, fs::copy_options::overwrite_existing);
    fs::resize_file(cut, size);
    expect_survival_of(cut, {"-o", "export"});
    expect_survival_of(cut, kOperations[size % kOperations.size()]);
  }
}

}  // namespace
}  // namespace logq::test
