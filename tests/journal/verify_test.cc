// verify_file() beside `journalctl --verify` of 252 on the same files: whatever that one fails we
// fail, sound files pass, and what we are stricter about is named here.
#include "journal/verify.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "journal/header.h"
#include "journal/reader_support.h"
#include "journal/variant_file.h"
#include "support/child_process.h"
#include "support/long_tests.h"

namespace logq::journal::test {
namespace {

using logq::test::read_file;
using logq::test::TempDir;
using logq::test::write_file;

bool passes(const std::string& path) {
  const auto report = verify_file(path);
  return report && !report->failure;
}

std::string failure_of(const std::string& path) {
  const auto report = verify_file(path);
  if (!report) return report.error().message();
  return report->failure ? report->failure->message() : "";
}

class EachVariant : public testing::TestWithParam<Variant> {
 protected:
  void SetUp() override {
    path_ = make_variant(directory_.path(), GetParam());
    ASSERT_FALSE(path_.empty());
    bytes_ = read_file(path_);
    header_ = header_snapshot(*reinterpret_cast<const Header*>(bytes_.data()));
  }

  // Whether a byte lies in a hash table, which make up most of the file and are all alike.
  [[nodiscard]] bool in_table(std::size_t at) const {
    const auto within = [at](std::uint64_t offset, std::uint64_t size) {
      return at >= offset && at < offset + size;
    };
    return within(header_.data_hash_table_offset, header_.data_hash_table_size) ||
           within(header_.field_hash_table_offset, header_.field_hash_table_size);
  }

  TempDir directory_;
  std::string path_;
  std::string bytes_;
  Header header_{};
};

// The verdicts of 252 by path; a file that is missing here made journalctl give up.
std::set<std::string> passed_by_journalctl(const std::vector<std::string>& paths) {
  std::string command = "LC_ALL=C journalctl --verify";
  for (const std::string& path : paths)
    command += " --file " + logq::test::shell_quoted(path);
  logq::test::Command shell;
  shell.argv = {"sh", "-c", command + " 2>&1"};
  const auto result = logq::test::run_command(shell);
  std::set<std::string> passed;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("PASS: ")) passed.insert(line.substr(6));
  }
  return passed;
}

TEST_P(EachVariant, PassesWhenItIsSound) {
  const auto report = verify_file(path_);

  ASSERT_TRUE(report);
  EXPECT_FALSE(report->failure) << report->failure->message();
  EXPECT_EQ(report->n_entries, 9U);
  EXPECT_EQ(report->n_objects, std::uint64_t{header_.n_objects});
  EXPECT_FALSE(report->sealed);
}

TEST_P(EachVariant, TellsProgressFromZeroToOne) {
  std::vector<double> told;

  ASSERT_TRUE(verify_file(path_, [&told](double fraction) { told.push_back(fraction); }));

  ASSERT_FALSE(told.empty());
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_EQ(told.back(), 1.0);
}

// One bit changed: where journalctl finds fault we do. Compatible flags are the exception: 252 does
// not know TAIL_ENTRY_BOOT_ID (254) and SEALED_CONTINUOUS (255) and refuses to judge such files.
TEST_P(EachVariant, FailsForEveryFlippedBitThatJournalctlFailsFor) {
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  const auto stride = static_cast<std::size_t>(logq::test::rounds(79, 3));
  std::vector<std::string> passed_by_us;
  std::size_t tried = 0;
  for (std::size_t bit = 0; bit < bytes_.size() * 8; bit += in_table(bit / 8) ? 509 : stride) {
    std::string flipped = bytes_;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const std::string path = directory_.path() + "/" + std::to_string(bit) + ".journal";
    write_file(path, flipped);
    ++tried;
    const bool newer_flag = bit / 8 == offsetof(Header, compatible_flags) && bit % 8 < 3;
    if (passes(path) && !newer_flag) {
      passed_by_us.push_back(path);
    } else {
      std::filesystem::remove(path);
    }
  }
  // Nearly all of these must be passed by journalctl too, so it can be asked for all at once.
  const std::set<std::string> passed = passed_by_journalctl(passed_by_us);

  EXPECT_GT(tried, 600U);
  EXPECT_GT(passed_by_us.size(), 20U);
  for (const std::string& path : passed_by_us)
    EXPECT_TRUE(passed.contains(path)) << "bit " << path;
}

INSTANTIATE_TEST_SUITE_P(Verify, EachVariant, testing::ValuesIn(kVariants), [](const auto& param) {
  return param.param.name;
});

class DamagedFile : public testing::Test {
 protected:
  void SetUp() override {
    path_ = make_variant(directory_.path(), kVariants[1]);
    bytes_ = read_file(path_);
  }

  template <typename T>
  T get(std::size_t at) const {
    T value{};
    std::memcpy(&value, bytes_.data() + at, sizeof value);
    return value;
  }
  void set(std::size_t at, std::uint64_t value) {
    const Le64 stored = value;
    std::memcpy(bytes_.data() + at, &stored, sizeof stored);
  }
  std::string verdict() {
    write_file(path_, bytes_);
    return failure_of(path_);
  }
  // Where the payload begins, minus `back`: a field of the DATA object that holds it.
  [[nodiscard]] std::size_t data_field(const std::string& payload, std::size_t field) const {
    return bytes_.find(payload) - sizeof(DataObject) + field;
  }

  TempDir directory_;
  std::string path_;
  std::string bytes_;
};

TEST_F(DamagedFile, IsToldByPlaceAndReason) {
  const std::size_t at = bytes_.find("MESSAGE=m4");
  bytes_[at + 9] = 'X';

  const auto verdict = this->verdict();

  std::array<char, 64> expected{};
  std::snprintf(expected.data(), expected.size(), "corrupt at 0x%zx: DATA object has a wrong hash",
                at - sizeof(DataObject));
  EXPECT_EQ(verdict, expected.data());
}

TEST_F(DamagedFile, FailsWhenAnEntryIsMissingFromTheListOfAField) {
  // PRIORITY=6 forgets its last but one entry: the list is sorted and as long as it says.
  const std::size_t array = get<Le64>(data_field("PRIORITY=6", 48));
  set(data_field("PRIORITY=6", 56), get<Le64>(data_field("PRIORITY=6", 56)) - 2);
  EXPECT_NE(array, 0U);

  EXPECT_NE(verdict().find("entry is not on the list of one of its fields"), std::string::npos);
}

TEST_F(DamagedFile, FailsWhenAFieldListsAnEntryThatDoesNotHaveIt) {
  const std::uint64_t other = get<Le64>(data_field("MESSAGE=m5", 40));
  set(data_field("MESSAGE=m4", 40), other);

  EXPECT_NE(verdict().find("list of"), std::string::npos);
}

TEST_F(DamagedFile, MayLackTheLastEntryInTheListsOfItsFields) {
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  // A writer that ran out of space: PRIORITY=6 has nine entries, the ninth is not on its list.
  set(data_field("PRIORITY=6", 56), get<Le64>(data_field("PRIORITY=6", 56)) - 1);

  EXPECT_EQ(verdict(), "");
  EXPECT_EQ(logq::test::verify_file(path_).status, 0);
}

TEST_F(DamagedFile, FailsWhereJournalctlDoesNotLook) {
  // 252 leaves out the chains of field names: a name that is lost there is missing in -N and -F.
  const std::size_t field = bytes_.find(std::string("LONG\0", 5));
  ASSERT_NE(field, std::string::npos);
  set(field - sizeof(FieldObject) + offsetof(FieldObject, next_hash_offset), 64);

  EXPECT_NE(verdict().find("hash chain runs backwards"), std::string::npos);
}

TEST_F(DamagedFile, FailsWhenItIsShorterThanItSays) {
  bytes_.resize(bytes_.size() - 8);

  EXPECT_NE(verdict().find("file is shorter than its header says"), std::string::npos);
}

TEST_F(DamagedFile, IsUnsupportedWithFlagsThatNobodyKnows) {
  bytes_[offsetof(Header, compatible_flags)] = 0x10;
  write_file(path_, bytes_);

  const auto report = verify_file(path_);

  ASSERT_TRUE(report && report->failure);
  EXPECT_EQ(report->failure->code, Errc::kUnsupported);
}

TEST_F(DamagedFile, PassesWithTheFlagOfSystemd254) {
  bytes_[offsetof(Header, compatible_flags)] = kCompatibleTailEntryBootId;

  EXPECT_EQ(verdict(), "");
}

// The writer appends once, while the check is under way.
TEST(Verify, LooksAgainAtAFileThatIsWrittenTo) {
  const TempDir directory;
  const std::string path = directory.path() + "/system.journal";
  const auto writer = FileWriter::create(path, small_file()).value();
  for (std::uint64_t n = 1; n <= 2000; ++n)
    ASSERT_TRUE(writer->append(moment(n), views(service_entry(n))));
  int appended = 0;
  const auto append_once = [&](double /*fraction*/) {
    if (appended++ != 0) return;
    ASSERT_TRUE(writer->append(moment(3000), views(service_entry(3000))));
  };

  const auto report = verify_file(path, append_once);

  ASSERT_TRUE(report);
  EXPECT_FALSE(report->failure) << report->failure->message();
  EXPECT_FALSE(report->changed);
  EXPECT_EQ(report->n_entries, 2001U);
}

// A terabyte that takes up a page: an object of four gigabytes after the other.
TEST(Verify, DoesNotWalkThroughTerabytesOfHoles) {
  constexpr std::uint64_t kTerabyte = std::uint64_t{1} << 40;
  const TempDir directory;
  std::string bytes = read_file(make_variant(directory.path(), kVariants[1]));
  const std::size_t array = bytes.size();
  EntryArrayObject hole{};
  hole.object.type = ObjectType::kEntryArray;
  hole.object.size = std::uint64_t{1} << 32;
  bytes.append(reinterpret_cast<const char*>(&hole), sizeof hole);
  auto& header = *reinterpret_cast<Header*>(bytes.data());
  header.tail_object_offset = kTerabyte - 4096;
  header.arena_size = kTerabyte - sizeof(Header);
  const std::string path = directory.path() + "/holes.journal";
  write_file(path, bytes);
  std::filesystem::resize_file(path, kTerabyte);

  const auto report = verify_file(path, {}, std::uint64_t{1} << 20);

  ASSERT_TRUE(report && report->failure);
  EXPECT_EQ(report->failure->code, Errc::kTooLarge);
  EXPECT_EQ(report->failure->offset, array);
}

TEST(Verify, SaysWhyAFileCannotBeRead) {
  const TempDir directory;
  write_file(directory.path() + "/x.journal", std::string(4096, 'x'));

  EXPECT_EQ(verify_file(directory.path() + "/none.journal").error().sys_errno, ENOENT);
  EXPECT_EQ(verify_file(directory.path() + "/x.journal").error().code, Errc::kCorrupt);
}

}  // namespace
}  // namespace logq::journal::test
