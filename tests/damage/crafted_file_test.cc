// Files that were made to cost more than they take up on the disk: by sizes that are holes, and by
// content that makes tables and buffers of whoever looks at them grow or degenerate.
#include <array>
#include <cstring>
#include <filesystem>
#include <span>
#include <unordered_map>

#include <gtest/gtest.h>

#include "base/try.h"
#include "damage/work_counter.h"
#include "journal/file_hash.h"
#include "journal/file_writer.h"
#include "journal/unclean_file.h"
#include "journal/verify.h"
#include "journal_image.h"
#include "support/child_process.h"
#include "support/meeting_names.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

using namespace journal;

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;

template <typename T>
std::string_view bytes_of(const T& object) {
  return {static_cast<const char*>(static_cast<const void*>(&object)), sizeof object};
}

Header plain_header() {
  Header header{};
  std::memcpy(header.signature, kSignature, sizeof kSignature);
  header.header_size = sizeof header;
  return header;
}

// A FIELD object, whose hash is right, and the padding behind it.
std::string field_object(const Header& header, const std::string& name) {
  FieldObject field{};
  field.object.type = ObjectType::kField;
  field.object.size = sizeof field + name.size();
  field.hash = FileHash(header)(name);
  std::string object = std::string(bytes_of(field)) + name;
  object.resize(align8(object.size()));
  return object;
}

class CraftedFile : public testing::Test {
 protected:
  // Verifies a file of these bytes and so many zeros behind them.
  Result<VerifyReport> verify(const std::string& bytes, std::uint64_t size) {
    write_text_file(path_, bytes);
    std::filesystem::resize_file(path_, size);
    const WorkCounter counter;
    auto report = verify_file(path_);
    work_ = counter.work();
    return report;
  }

  TempDir directory_ = TempDir::in_memory();
  std::string path_ = directory_.path() + "/crafted.journal";
  Work work_;
};

// Fields whose names meet in one bucket of a table that goes by std::hash.
TEST_F(CraftedFile, OfFieldsWhoseNamesMeetIsVerifiedInLinearTime) {
  if (!can_make_names()) GTEST_SKIP() << "another std::hash than expected";
  constexpr std::uint64_t kFields = 40'000;
  std::unordered_map<std::uint64_t, int> table;
  for (std::uint64_t i = 0; i < kFields; ++i)
    table[i] = 0;
  Header header = plain_header();
  std::string objects;
  for (std::uint64_t i = 0; i < kFields; ++i) {
    header.tail_object_offset = sizeof header + objects.size();
    objects += field_object(header, name_with_hash(i * table.bucket_count()));
  }
  header.arena_size = objects.size();
  header.n_objects = kFields;
  header.n_fields = kFields;

  const auto report =
      verify(std::string(bytes_of(header)) + objects, sizeof header + objects.size());

  ASSERT_TRUE(report);
  EXPECT_FALSE(report->failure) << report->failure->message();
  EXPECT_EQ(report->n_objects, kFields);
  EXPECT_LT(work_.steps, 40 * objects.size());
}

TEST_F(CraftedFile, OfTablesThatAreHolesIsVerifiedWithLittleMemory) {
  constexpr std::uint64_t kTableBytes = 256 * kMebibyte;
  Header header = plain_header();
  header.data_hash_table_offset = sizeof header + sizeof(ObjectHeader);
  header.data_hash_table_size = kTableBytes;
  header.field_hash_table_offset = sizeof header + sizeof(ObjectHeader);
  header.field_hash_table_size = kTableBytes;
  header.arena_size = sizeof(ObjectHeader) + kTableBytes;
  header.tail_object_offset = sizeof header;

  const auto report = verify(std::string(bytes_of(header)), sizeof header + header.arena_size);

  ASSERT_TRUE(report);
  EXPECT_TRUE(report->failure);
  EXPECT_LT(work_.peak_bytes, 4 * kMebibyte);
}

TEST_F(CraftedFile, OfAHeaderOfTerabytesIsRefused) {
  constexpr std::uint64_t kHole = std::uint64_t{8} << 40;
  Header header = plain_header();
  header.header_size = kHole;
  header.arena_size = 0;

  const auto report = verify(std::string(bytes_of(header)), kHole);

  ASSERT_TRUE(report && report->failure);
  EXPECT_EQ(report->failure->code, Errc::kTooLarge);
  EXPECT_EQ(report->failure->offset, offsetof(Header, header_size));
}

class CraftedUncleanFile : public CraftedFile {
 protected:
  void append(FileWriter& writer, std::uint64_t n, std::span<const std::string_view> payloads) {
    Id128 boot;
    boot.bytes.fill(0x11);
    ASSERT_TRUE(writer.append({1'700'000'000'000'000 + n, n, boot}, payloads));
  }

  // Visits all entries and counts them.
  Result<void> read(std::uint64_t work_bytes) {
    entries_ = 0;
    const WorkCounter counter;
    auto file = LOGQ_TRY(UncleanFile::open(path_, work_bytes));
    const auto done = file.for_each_entry([&](const UncleanFile::Entry& /*entry*/) -> Result<void> {
      ++entries_;
      return {};
    });
    work_ = counter.work();
    return done;
  }

  int entries_ = 0;
};

// Each entry has a large value in a place of its own, behind small ones, all of them compressed.
TEST_F(CraftedUncleanFile, OfLargeValuesInChangingPlacesIsReadWithoutKeepingAll) {
  constexpr std::uint64_t kEntries = 16;
  constexpr std::uint64_t kLarge = 4 * kMebibyte;
  {
    const auto writer = FileWriter::create(path_, {}).value();
    std::vector<std::string> fields;
    for (std::uint64_t i = 0; i < kEntries; ++i) {
      const std::string large = "L=" + std::string(kLarge, static_cast<char>('a' + i));
      std::vector<std::string_view> views(fields.begin(), fields.end());
      views.push_back(large);
      append(*writer, i + 1, views);
      fields.push_back("S=" + std::to_string(i) + std::string(1000, 's'));
    }
  }

  ASSERT_TRUE(read(1024 * kMebibyte));

  EXPECT_EQ(entries_, 16);
  EXPECT_LT(work_.peak_bytes, 5 * kLarge);  // buffers double
}

// A value of megabytes that many entries share, as a client can send it, is a kilobyte on the disk:
// handing it on for each of them could take a collector hours before it is ready.
TEST_F(CraftedUncleanFile, IsNotReadToTheEndWhenThatHandsOnMoreThanFitsTheFile) {
  const std::string large = "LARGE=" + std::string(8 * kMebibyte, 'x');
  {
    const auto writer = FileWriter::create(path_, {}).value();
    for (std::uint64_t n = 1; n <= 30; ++n) {
      const std::string number = "N=" + std::to_string(n);
      append(*writer, n, std::array<std::string_view, 2>{large, number});
    }
  }
  fuzz::JournalImage image(read_text_file(path_));
  image.recount();
  image.shrink_tables(4, 3);
  write_text_file(path_, image.bytes());
  ASSERT_LT(image.bytes().size(), 20'000U);

  const auto strict = read(64 * kMebibyte);

  ASSERT_FALSE(strict);
  EXPECT_EQ(strict.error().code, Errc::kTooLarge);
  EXPECT_GT(entries_, 5);
  EXPECT_LT(entries_, 15);
  EXPECT_TRUE(read(1024 * kMebibyte));
  EXPECT_EQ(entries_, 30);
}

}  // namespace
}  // namespace logq::test
