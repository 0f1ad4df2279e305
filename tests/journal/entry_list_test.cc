#include "journal/entry_list.h"

#include <fstream>

#include <gtest/gtest.h>

#include "journal/file_header.h"
#include "journal/writer_support.h"
#include "support/temp_dir.h"

namespace logq::journal {
namespace {

void store(const std::string& path, std::uint64_t at, std::uint64_t value) {
  const Le64 field(value);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(at));
  file.write(static_cast<const char*>(static_cast<const void*>(&field)), sizeof field);
}

// Damage may leave one; a chain of nothing else would be walked for as long as the file is.
TEST(EntryList, PassesAFewArraysWithoutSlotsOnly) {
  const logq::test::TempDir directory;
  const std::string path = directory.path() + "/system.journal";
  const auto writer = FileWriter::create(path, test::small_file()).value();
  for (std::uint64_t n = 1; n <= 10; ++n)
    ASSERT_TRUE(writer->append(test::moment(n), test::views(test::service_entry(n))));
  const Header header = read_file_header(path).value();
  store(path, header.entry_array_offset + offsetof(ObjectHeader, size), sizeof(EntryArrayObject));
  EXPECT_GT(FileReader::open(path).value()->all_entries().size(), 0U);

  // A hundred of them in what is free behind the last object.
  std::uint64_t at = header.tail_object_offset + 65536;
  store(path, header.entry_array_offset + offsetof(EntryArrayObject, next_entry_array_offset), at);
  for (int i = 0; i < 100; ++i, at += sizeof(EntryArrayObject)) {
    store(path, at, static_cast<std::uint64_t>(ObjectType::kEntryArray));
    store(path, at + offsetof(ObjectHeader, size), sizeof(EntryArrayObject));
    store(path, at + offsetof(EntryArrayObject, next_entry_array_offset),
          at + sizeof(EntryArrayObject));
  }
  int complaints = 0;
  const auto reader =
      FileReader::open(path, [&](const std::string&, const Error&) { ++complaints; }).value();

  EXPECT_EQ(reader->all_entries().size(), 0U);
  EXPECT_GT(complaints, 1);
  EXPECT_LT(complaints, 20);
}

// Each look at such a file would otherwise add the same entries once more.
TEST(EntryList, DoesNotGrowRoundACircleOfArrays) {
  const logq::test::TempDir directory;
  const std::string path = directory.path() + "/system.journal";
  const auto writer = FileWriter::create(path, test::small_file()).value();
  for (std::uint64_t n = 1; n <= 10; ++n) {
    ASSERT_TRUE(writer->append(test::moment(n), test::views(test::service_entry(n))));
  }
  const Header header = read_file_header(path).value();
  store(path, header.tail_entry_array_offset + offsetof(EntryArrayObject, next_entry_array_offset),
        header.entry_array_offset);
  store(path, offsetof(Header, n_entries), 1000);
  const auto reader = FileReader::open(path).value();
  const EntryList entries = reader->all_entries();
  const std::uint64_t slots = entries.size();

  for (std::uint64_t n = 1001; n < 1010; ++n) {
    store(path, offsetof(Header, n_entries), n);
    ASSERT_TRUE(reader->refresh());
    EXPECT_EQ(entries.size(), slots);
  }
}

}  // namespace
}  // namespace logq::journal
