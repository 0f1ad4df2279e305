#include "journal/value_scan.h"

#include <fstream>

#include <gtest/gtest.h>

#include "support/temp_dir.h"
#include "writer_support.h"

namespace logq::journal {
namespace {

using logq::test::TempDir;
using test::moment;
using test::views;

constexpr std::uint64_t kEntries = 10'000;

class ValueScan : public testing::Test {
 protected:
  // Every third entry says "again", the others something of their own.
  static test::Fields entry(std::uint64_t n) {
    return {"MESSAGE=" + (n % 3 == 0 ? std::string("again") : "number " + std::to_string(n)),
            "OTHER=number 42", "LARGE=" + std::string(n == 5000 ? 3000 : 3, 'x')};
  }

  std::string write(std::uint64_t entries) {
    WriterOptions options;
    options.max_size_bytes = std::uint64_t{32} << 20;
    auto writer = FileWriter::create(dir_.path() + "/system.journal", options);
    for (std::uint64_t n = 0; n < entries; ++n) {
      if (!(*writer)->append(moment(n), views(entry(n)))) ADD_FAILURE() << "cannot append";
    }
    return (*writer)->archive().value();
  }

  static std::vector<ValueTest> tests(const std::string& sought, std::size_t count = 1) {
    return std::vector<ValueTest>(count, [sought](std::string_view value) {
      return value.find(sought) != std::string_view::npos;
    });
  }

  // The numbers of the entries that were found.
  static std::vector<std::uint64_t> seqnums(FileReader& file,
                                            const std::vector<FileOffset>& entries) {
    std::vector<std::uint64_t> found;
    for (const FileOffset entry : entries)
      found.push_back(file.read_entry(entry)->seqnum);
    return found;
  }

  TempDir dir_;
};

TEST_F(ValueScan, FindsTheEntriesOfAValueThatOneEntryHas) {
  const auto file = FileReader::open(write(kEntries)).value();

  const auto found = scan_values(*file, "MESSAGE", tests("number 7777"));

  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(seqnums(*file, *found), (std::vector<std::uint64_t>{7778}));
}

TEST_F(ValueScan, FindsAllEntriesOfAValueThatManyHave) {
  const auto file = FileReader::open(write(kEntries)).value();

  const auto found = scan_values(*file, "MESSAGE", tests("again"));

  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->size(), kEntries / 3 + 1);
  EXPECT_EQ(seqnums(*file, {found->front(), found->back()}),
            (std::vector<std::uint64_t>{1, kEntries}));
  EXPECT_TRUE(std::is_sorted(found->begin(), found->end()));
}

TEST_F(ValueScan, FindsTheSameOnSeveralThreads) {
  const auto file = FileReader::open(write(kEntries)).value();

  const auto one = scan_values(*file, "MESSAGE", tests("number 77"));
  const auto three = scan_values(*file, "MESSAGE", tests("number 77", 3));

  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->size(), 75U);  // 77, 77x and 77xx, but for those that 3 divides
  EXPECT_EQ(one, three);
}

TEST_F(ValueScan, LooksIntoCompressedValues) {
  const auto file = FileReader::open(write(kEntries)).value();

  const auto found = scan_values(*file, "LARGE", tests("xxxx"));

  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(seqnums(*file, *found), (std::vector<std::uint64_t>{5001}));
}

TEST_F(ValueScan, LeavesFilesThatAreNotArchivedToThoseWhoGoThroughTheEntries) {
  auto writer = FileWriter::create(dir_.path() + "/system.journal", {});
  ASSERT_TRUE((*writer)->append(moment(1), views(entry(0))));
  (*writer)->publish();
  const auto file = FileReader::open(dir_.path() + "/system.journal").value();

  EXPECT_EQ(scan_values(*file, "MESSAGE", tests("again")), std::nullopt);
}

TEST_F(ValueScan, GivesUpWhereMostValuesAreFound) {
  const auto file = FileReader::open(write(kEntries)).value();

  EXPECT_EQ(scan_values(*file, "MESSAGE", tests("number")), std::nullopt);
}

TEST_F(ValueScan, GivesUpWhereAnObjectIsDamaged) {
  const std::string path = write(100);
  FileOffset data = 0;
  {
    const auto file = FileReader::open(path).value();
    data = file->find_data("MESSAGE=number 50");
  }
  ASSERT_NE(data, 0U);
  std::fstream bytes(path, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekp(static_cast<std::streamoff>(data + 8));  // its size
  bytes.write("\xff\xff\xff\xff\xff\xff\xff\x7f", 8);
  bytes.close();
  const auto file = FileReader::open(path).value();

  EXPECT_EQ(scan_values(*file, "MESSAGE", tests("number 70")), std::nullopt);
}

TEST_F(ValueScan, GivesUpWhereAValueHasFewerEntriesThanItSays) {
  const std::string path = write(100);
  FileOffset data = 0;
  {
    const auto file = FileReader::open(path).value();
    data = file->find_data("MESSAGE=again");
  }
  ASSERT_NE(data, 0U);
  std::fstream bytes(path, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekp(static_cast<std::streamoff>(data + offsetof(DataObject, n_entries)));
  bytes.write("\x40\0\0\0\0\0\0\0", 8);
  bytes.close();
  const auto file = FileReader::open(path).value();

  EXPECT_EQ(scan_values(*file, "MESSAGE", tests("again")), std::nullopt);
}

}  // namespace
}  // namespace logq::journal
