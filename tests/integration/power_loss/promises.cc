#include "power_loss/promises.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "power_loss/doomed_writer.h"
#include "support/count_text.h"
#include "support/journalctl.h"
#include "support/nbd_disk.h"
#include "support/private_logqd.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

namespace fs = std::filesystem;

using Numbers = std::vector<std::uint64_t>;

std::uint64_t parse_number(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// The values of N= in an export, of entries that have a MESSAGE that goes with it.
Numbers numbers_in(const std::string& exported) {
  Numbers numbers;
  std::string_view left = exported;
  std::string_view message;
  std::string_view number;
  while (!left.empty()) {
    const std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(left.size(), line.size() + 1));
    if (line.starts_with("MESSAGE=")) message = line;
    if (line.starts_with("N=")) number = line.substr(2);
    if (!line.empty() || number.empty()) continue;
    const std::uint64_t n = parse_number(number);
    if (message == doomed_entry(n).front()) numbers.push_back(n);
    message = number = {};
  }
  return numbers;
}

// What a reader exports of `files` ({"-D", DIRECTORY} or {"--file", PATTERN}) that fits `match`.
std::string exported(const std::string& program,
                     std::vector<std::string> files,
                     const std::string& match = "") {
  Command command{{program == "logq" ? built_program("logq") : program, "-q", "--no-pager", "-o",
                   "export", "--output-fields=N,MESSAGE"},
                  {{"LC_ALL", "C"}},
                  "",
                  std::chrono::seconds{300}};
  if (!match.empty()) files.push_back(match);
  command.argv.insert(command.argv.end(), files.begin(), files.end());
  return run_command(command).out;
}

// What `wanted` has and a sorted `found` has not: the first of it, for a message.
template <typename Wanted>
::testing::AssertionResult has_all(Numbers found, std::uint64_t last, const Wanted& wanted) {
  std::sort(found.begin(), found.end());
  std::uint64_t missing = 0;
  std::uint64_t first = 0;
  for (std::uint64_t n = 1; n <= last; ++n) {
    if (!wanted(n) || std::binary_search(found.begin(), found.end(), n)) continue;
    if (missing++ == 0) first = n;
  }
  if (missing == 0) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << missing << " of " << last << " synced entries missing, "
         << "the first is " << first << "; " << found.size() << " found";
}

bool any(std::uint64_t) {
  return true;
}
bool is_even(std::uint64_t n) {
  return n % 2 == 0;
}
bool is_rare(std::uint64_t n) {
  return n % 1009 == 1;
}

}  // namespace

void take_files(const std::string& image, const std::string& name, const std::string& to) {
  const TempDir mounted;
  const MountedImage copy(image, mounted.path());
  fs::copy(mounted.path() + "/" + name, to, fs::copy_options::recursive);
}

void expect_synced(const std::string& program, const Moment& moment) {
  const auto read = [&](const std::string& match) {
    return numbers_in(exported(program, {"-D", moment.directory}, match));
  };
  EXPECT_TRUE(has_all(read(""), moment.synced, any)) << program;
  EXPECT_TRUE(has_all(read("SIDE=even"), moment.synced, is_even)) << program;
  EXPECT_TRUE(has_all(read("RARE=yes"), moment.synced, is_rare)) << program;
}

void expect_no_file_is_lost(const std::string& directory) {
  for (const auto& file : fs::directory_iterator(directory)) {
    if (file.path().extension() != ".journal") continue;
    const auto header = journalctl({"--header", "--file", file.path().string()});
    EXPECT_EQ(header.status, 0) << file.path() << header.out;
  }
}

void expect_whole_files(const Moment& moment) {
  const auto verified = verify_directory(moment.directory);
  EXPECT_EQ(verified.status, 0) << verified.out;
  // What is damaged stays beside the archives as `.journal~` and is no part of them.
  const std::string export_text =
      exported("journalctl", {"--file", moment.directory + "/*.journal"});
  Numbers found = numbers_in(export_text);
  EXPECT_EQ(found.size(), count(export_text, "\nN=")) << "an entry is not whole";
  EXPECT_TRUE(has_all(found, moment.synced, any)) << "after recovery";
  std::sort(found.begin(), found.end());
  EXPECT_EQ(std::adjacent_find(found.begin(), found.end()), found.end()) << "an entry is doubled";
  Numbers of_all = numbers_in(exported("journalctl", {"-D", moment.directory}));
  std::sort(of_all.begin(), of_all.end());
  // It may show entries that are not whole, but none a second time.
  EXPECT_TRUE(std::includes(of_all.begin(), of_all.end(), found.begin(), found.end()));
  EXPECT_EQ(std::adjacent_find(of_all.begin(), of_all.end()), of_all.end()) << "doubled";
}

}  // namespace logq::test
