#include "journal/value_counts.h"

#include <cstring>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "base/ids.h"
#include "journal/file_overlap.h"
#include "journal/file_writer.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::journal {
namespace {

using Counts = std::map<std::string, std::uint64_t>;

class ValueCountsTest : public testing::Test {
 protected:
  ValueCountsTest() {
    WriterOptions options;
    options.max_size_bytes = 64U << 20;
    auto writer = FileWriter::create(dir_.path() + "/system.journal", options);
    if (writer) writer_ = std::move(*writer);
  }

  void append(const std::vector<std::string>& payloads) {
    const std::vector<std::string_view> views(payloads.begin(), payloads.end());
    ++now_usec_;
    ASSERT_TRUE(writer_->append({now_usec_, now_usec_, base::boot_id()}, views).has_value());
  }

  std::unique_ptr<FileReader> archived() {
    EXPECT_TRUE(writer_->archive().has_value());
    writer_.reset();
    for (const auto& file : std::filesystem::directory_iterator(dir_.path())) {
      auto reader = FileReader::open(file.path());
      if (reader) return std::move(*reader);
    }
    return nullptr;
  }

  static Counts by_value(FileReader& file, const ValueCounts& counts) {
    Counts by_value;
    for (const ValueCount& count : counts.values)
      by_value[std::string(*file.read_data(count.data))] = count.n_entries;
    return by_value;
  }

  // What the entries themselves say, all but the last.
  static Counts by_entry(FileReader& file, const std::string& field) {
    Counts counts;
    std::vector<std::string_view> payloads;
    const EntryList entries = file.all_entries();
    for (std::uint64_t i = 0; i + 1 < entries.size(); ++i) {
      for (const std::string_view payload : file.read_payloads(*entries.at(i), payloads))
        if (payload.starts_with(field + "=")) ++counts[std::string(payload)];
    }
    return counts;
  }

  test::TempDir dir_;
  std::unique_ptr<FileWriter> writer_;
  std::uint64_t now_usec_ = 1'700'000'000'000'000;
};

TEST_F(ValueCountsTest, AreThoseOfTheEntries) {
  for (int i = 0; i < 5000; ++i) {
    std::vector<std::string> payloads = {"MESSAGE=" + std::to_string(i),
                                         "UNIT=u" + std::to_string(i * i % 37)};
    if (i % 3 == 0) payloads.push_back("TAG=a");
    if (i % 5 == 0) payloads.push_back("TAG=b");
    append(payloads);
  }
  const auto file = archived();
  ASSERT_NE(file, nullptr);

  for (const std::string field : {"UNIT", "TAG"}) {
    const auto counts = count_values(*file, field);
    ASSERT_TRUE(counts.has_value()) << field;
    EXPECT_EQ(by_value(*file, *counts), by_entry(*file, field));
    EXPECT_EQ(counts->n_entries, 4999U);
  }
  EXPECT_EQ(count_values(*file, "UNIT")->n_without, 0U);
  EXPECT_EQ(count_values(*file, "TAG")->n_without, 4999U - 1667 - 1000 + 334);
}

TEST_F(ValueCountsTest, OfAFieldThatNoEntryHasAreNone) {
  append({"MESSAGE=one"});
  append({"MESSAGE=two"});
  const auto file = archived();
  ASSERT_NE(file, nullptr);

  const auto counts = count_values(*file, "ABSENT");
  ASSERT_TRUE(counts.has_value());
  EXPECT_TRUE(counts->values.empty());
  EXPECT_EQ(counts->n_without, 1U);
}

TEST_F(ValueCountsTest, AreNotToldOfManyValues) {
  for (int i = 0; i < 5000; ++i)
    append({"MESSAGE=" + std::to_string(i)});
  const auto file = archived();
  ASSERT_NE(file, nullptr);

  EXPECT_FALSE(count_values(*file, "MESSAGE").has_value());
}

TEST_F(ValueCountsTest, AreNotToldOfAFileThatIsWritten) {
  append({"MESSAGE=one"});
  const auto file = FileReader::open(dir_.path() + "/system.journal");
  ASSERT_TRUE(file.has_value());

  EXPECT_FALSE(count_values(**file, "MESSAGE").has_value());
}

// Any one bit of a value's count or list changed is found out, or changes nothing.
TEST_F(ValueCountsTest, AreNeverThoseOfADamagedList) {
  for (int i = 0; i < 40; ++i)
    append({"MESSAGE=" + std::to_string(i), i % 2 == 0 ? "TAG=a" : "TAG=b"});
  const std::string path = archived()->path();
  std::string bytes = test::read_text_file(path);
  const auto file = FileReader::open(path);
  const Counts sound = by_entry(**file, "TAG");
  const FileOffset data = (*file)->find_data("TAG=a");
  const auto* object = reinterpret_cast<const DataObject*>(bytes.data() + data);
  const FileOffset array = object->entry_array_offset;
  const std::pair<FileOffset, std::size_t> parts[] = {
      {data + offsetof(DataObject, entry_offset), 24}, {array, 24 + 8 * 8}};
  for (const auto& [begin, size] : parts) {
    for (std::size_t bit = 0; bit < size * 8; ++bit) {
      std::string damaged = bytes;
      damaged[begin + bit / 8] = static_cast<char>(damaged[begin + bit / 8] ^ (1 << bit % 8));
      test::write_text_file(dir_.path() + "/damaged.journal", damaged);
      const auto reader = FileReader::open(dir_.path() + "/damaged.journal");
      ASSERT_TRUE(reader.has_value());
      const auto counts = count_values(**reader, "TAG");
      if (!counts) continue;
      for (const auto& [value, count] : by_value(**reader, *counts))
        EXPECT_EQ(count, sound.at(value)) << "bit " << bit << " from " << begin;
    }
  }
}

// Whoever writes a file may have each of its values name all entries by the same arrays.
TEST_F(ValueCountsTest, AreNotToldOfValuesThatShareTheirLists) {
  for (int i = 0; i < 400; ++i)
    append({"TAG=all", "TAG=" + std::to_string(i % 100)});
  const std::string path = archived()->path();
  std::string bytes = test::read_text_file(path);
  const auto sound = FileReader::open(path);
  ASSERT_TRUE(count_values(**sound, "TAG").has_value());
  const auto list_at = [&](const std::string& payload) {
    return bytes.data() + (*sound)->find_data(payload) + offsetof(DataObject, entry_offset);
  };
  for (int i = 0; i < 100; ++i)
    std::memcpy(list_at("TAG=" + std::to_string(i)), list_at("TAG=all"), 24);
  const std::string shared_path = dir_.path() + "/shared.journal";
  test::write_text_file(shared_path, bytes);
  const auto shared = FileReader::open(shared_path);
  ASSERT_TRUE(shared.has_value());
  ASSERT_EQ((*shared)->entries_with("TAG=7").size(), 400U);

  EXPECT_FALSE(count_values(**shared, "TAG").has_value());
}

// Where a field cannot be found for damage, nobody says that no entry has it.
TEST_F(ValueCountsTest, AreNotToldOfAFieldThatIsDamaged) {
  for (int i = 0; i < 40; ++i)
    append({"MESSAGE=" + std::to_string(i), i % 2 == 0 ? "TAG=a" : "TAG=b"});
  const std::string path = archived()->path();
  const std::string bytes = test::read_text_file(path);
  std::size_t field = bytes.find("TAG") - sizeof(FieldObject);
  while (bytes[field] != static_cast<char>(ObjectType::kField))
    field = bytes.find("TAG", field + sizeof(FieldObject) + 1) - sizeof(FieldObject);
  const auto* header = reinterpret_cast<const Header*>(bytes.data());
  std::size_t bucket = header->field_hash_table_offset;
  const auto head_of = [&bytes](std::size_t at) {
    return static_cast<FileOffset>(
        reinterpret_cast<const HashItem*>(bytes.data() + at)->head_hash_offset);
  };
  while (head_of(bucket) != field)
    bucket += sizeof(HashItem);
  const std::pair<FileOffset, std::size_t> parts[] = {{field, sizeof(FieldObject) + 3},
                                                      {bucket, sizeof(FileOffset)}};
  const std::string damaged_path = dir_.path() + "/damaged.journal";
  for (const auto& [begin, size] : parts) {
    for (std::size_t bit = 0; bit < size * 8; ++bit) {
      std::string damaged = bytes;
      damaged[begin + bit / 8] = static_cast<char>(damaged[begin + bit / 8] ^ (1 << bit % 8));
      test::write_text_file(damaged_path, damaged);
      const auto reader = FileReader::open(damaged_path);
      ASSERT_TRUE(reader.has_value());
      const auto counts = count_values(**reader, "TAG");
      EXPECT_EQ(counts ? counts->n_without : 0U, 0U) << "bit " << bit << " from " << begin;
    }
  }
}

TEST(FileOverlap, IsThatOfNumbersInOneSequence) {
  FileInfo a;
  a.n_entries = 10;
  a.head_entry_seqnum = 1;
  a.tail_entry_seqnum = 10;
  FileInfo b = a;
  EXPECT_TRUE(may_share_entries(a, b));
  b.head_entry_seqnum = 10;
  b.tail_entry_seqnum = 20;
  EXPECT_TRUE(may_share_entries(a, b));
  EXPECT_TRUE(may_share_entries(b, a));
  b.head_entry_seqnum = 11;
  EXPECT_FALSE(may_share_entries(a, b));
  EXPECT_FALSE(may_share_entries(b, a));
  b = a;
  b.seqnum_id.bytes[0] = 1;
  EXPECT_FALSE(may_share_entries(a, b));
}

}  // namespace
}  // namespace logq::journal
