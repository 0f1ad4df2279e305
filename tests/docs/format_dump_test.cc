// The dump in docs/file-format.md is the input: FileWriter makes the very same file today, and
// format.h laid over its bytes finds what the document says is there.
#include <array>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/jenkins.h"
#include "base/siphash.h"
#include "docs/markdown.h"
#include "journal/file_writer.h"
#include "journal/format.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

using namespace logq::journal;  // NOLINT(google-build-using-namespace): every type of format.h

constexpr const char* kDocument = LOGQ_SOURCE_DIR "/docs/file-format.md";
constexpr const char* kScript = LOGQ_SOURCE_DIR "/scripts/annotate_journal.py";

std::string dump_block() {
  const std::vector<std::string> blocks = code_blocks(read_file(kDocument), "");
  return blocks.empty() ? std::string() : blocks[0];
}

// The dump as a sparse file: runs of bytes by their offset.
class Dump {
 public:
  Dump() {
    for (const std::string& line : lines_of(dump_block())) {
      const std::optional<DumpLine> row = parse_dump_line(line);
      for (std::size_t i = 0; row && i < row->bytes.size(); ++i) {
        bytes_[row->offset + i] = row->bytes[i];
      }
    }
  }

  // A struct copied from the dump; a failure and zeros where the dump does not have all of it.
  template <typename T>
  T at(std::uint64_t offset) const {
    const std::string bytes = text(offset, sizeof(T));
    T object{};
    if (bytes.size() == sizeof(T)) std::memcpy(&object, bytes.data(), sizeof(T));
    return object;
  }
  std::string text(std::uint64_t offset, std::size_t size) const {
    std::string found;
    for (auto byte = bytes_.find(offset); found.size() < size; ++byte) {
      if (byte == bytes_.end() || byte->first != offset + found.size()) {
        ADD_FAILURE() << "the dump lacks the byte at " << offset + found.size();
        break;
      }
      found.push_back(byte->second);
    }
    return found;
  }

  [[nodiscard]] std::string all() const { return text(0, bytes_.size()); }

 private:
  std::map<std::uint64_t, char> bytes_;
};

// The file of the document, made anew. Where a test fails, `path` is kept for
// `scripts/annotate_journal.py docs/file-format.md PATH --write`.
void make_documented_file(const std::string& path) {
  constexpr std::string_view kBoot = "0123456789abcdef0123456789abcdef";
  WriterOptions options;
  options.max_size_bytes = 512 << 10;
  options.file_id = *Id128::parse("c34348f1a29a408cb83c00fa38c4c308");
  options.machine_id = *Id128::parse("0f1e2d3c4b5a69788796a5b4c3d2e1f0");
  auto writer = FileWriter::create(path, options);
  ASSERT_TRUE(writer) << writer.error().message();
  const std::string boot_id = "_BOOT_ID=" + std::string(kBoot);
  const std::array<std::string_view, 3> payloads = {"MESSAGE=hello", "PRIORITY=6", boot_id};
  const EntryTime time{1'700'000'000'000'000, 1'000'000, *Id128::parse(kBoot)};
  ASSERT_TRUE((*writer)->append(time, payloads));
  ASSERT_TRUE((*writer)->close());
}

std::string keep_for_the_author(const std::string& path) {
  const std::string kept = testing::TempDir() + "logq-documented.journal";
  std::filesystem::copy_file(path, kept, std::filesystem::copy_options::overwrite_existing);
  return "scripts/annotate_journal.py docs/file-format.md " + kept + " --write";
}

TEST(FileFormatDump, IsByteForByteWhatTheWriterMakes) {
  const TempDir directory;
  const std::string path = directory.path() + "/system.journal";
  ASSERT_NO_FATAL_FAILURE(make_documented_file(path));

  const std::string written = read_file(path);
  const std::string dumped = Dump().all();

  ASSERT_EQ(dumped.size(), written.size()) << keep_for_the_author(path);
  for (std::size_t i = 0; i < written.size(); ++i)
    ASSERT_EQ(dumped[i], written[i]) << "at " << i << "; " << keep_for_the_author(path);
}

TEST(FileFormatDump, IsAnnotatedFromTheTables) {
  const TempDir directory;
  const std::string path = directory.path() + "/system.journal";
  ASSERT_NO_FATAL_FAILURE(make_documented_file(path));

  const CommandResult printed = run_command({{"python3", kScript, kDocument, path}, {}, {}});

  ASSERT_EQ(printed.status, 0) << printed.err;
  EXPECT_EQ(printed.out, dump_block()) << keep_for_the_author(path);
}

Header dumped_header(const Dump& dump) {
  return dump.at<Header>(0);
}

base::SipHash24 keyed_hash(const Header& header) {
  return base::SipHash24(std::to_array(header.file_id));
}

constexpr std::uint64_t kDumpedField = 0xc110;  // of MESSAGE, the first object behind the tables

CompactDataObject dumped_data(const Dump& dump) {
  return dump.at<CompactDataObject>(dump.at<FieldObject>(kDumpedField).head_data_offset);
}

TEST(FileFormatDump, BeginsWithTheHeaderOfACleanFileOfOurProfile) {
  const Dump dump;
  const Header header = dumped_header(dump);

  EXPECT_EQ(std::string(header.signature, 8), std::string(kSignature, 8));
  EXPECT_EQ(header.incompatible_flags,
            kIncompatibleKeyedHash | kIncompatibleCompressedZstd | kIncompatibleCompact);
  EXPECT_EQ(header.compatible_flags, 0U);
  EXPECT_EQ(header.state, FileState::kOffline);
  EXPECT_EQ(header.header_size, sizeof(Header));
  EXPECT_EQ(header.n_entries, 1U);
  EXPECT_EQ(header.n_objects, header.n_data + header.n_fields + header.n_entries +
                                  header.n_entry_arrays + 2);  // and the hash tables
  EXPECT_EQ(std::to_array(header.seqnum_id), std::to_array(header.file_id));
}

TEST(FileFormatDump, HasAFieldWithItsNameAndKeyedHash) {
  const Dump dump;
  const auto field = dump.at<FieldObject>(kDumpedField);

  ASSERT_EQ(field.object.type, ObjectType::kField);
  const std::string name =
      dump.text(kDumpedField + sizeof(FieldObject), field.object.size - sizeof(FieldObject));
  EXPECT_EQ(name, "MESSAGE");
  EXPECT_EQ(field.hash, keyed_hash(dumped_header(dump))(name));
  EXPECT_EQ(align8(kDumpedField + field.object.size), field.head_data_offset);  // the next object
}

TEST(FileFormatDump, HasADataWithItsPayloadAndKeyedHash) {
  const Dump dump;
  const std::uint64_t offset = dump.at<FieldObject>(kDumpedField).head_data_offset;
  const CompactDataObject data = dumped_data(dump);

  ASSERT_EQ(data.data.object.type, ObjectType::kData);
  EXPECT_EQ(data.data.object.flags & kObjectCompressedAny, 0);
  const std::string payload =
      dump.text(offset + sizeof(CompactDataObject), data.data.object.size - sizeof(data));
  EXPECT_EQ(payload, "MESSAGE=hello");
  EXPECT_EQ(data.data.hash, keyed_hash(dumped_header(dump))(payload));
  EXPECT_EQ(data.data.n_entries, 1U);
}

TEST(FileFormatDump, HasAnEntryWithItsItemsAndXorHash) {
  const Dump dump;
  const Header header = dumped_header(dump);
  const std::uint64_t offset = dumped_data(dump).data.entry_offset;
  const auto entry = dump.at<EntryObject>(offset);

  ASSERT_EQ(entry.object.type, ObjectType::kEntry);
  EXPECT_EQ(offset, header.tail_entry_offset);
  EXPECT_EQ(entry.seqnum, header.tail_entry_seqnum);
  EXPECT_EQ(entry.realtime, header.head_entry_realtime);
  EXPECT_EQ(entry.monotonic, header.tail_entry_monotonic);
  EXPECT_EQ(std::to_array(entry.boot_id), std::to_array(header.tail_entry_boot_id));
  EXPECT_EQ(entry.xor_hash, base::jenkins_hash64("_BOOT_ID=0123456789abcdef0123456789abcdef") ^
                                base::jenkins_hash64("MESSAGE=hello") ^
                                base::jenkins_hash64("PRIORITY=6"));
  ASSERT_EQ(entry.object.size, sizeof(EntryObject) + 3 * sizeof(Le32));
  const auto items = dump.at<std::array<Le32, 3>>(offset + sizeof(EntryObject));
  EXPECT_EQ(items[0], dump.at<FieldObject>(kDumpedField).head_data_offset);
  EXPECT_LT(items[0], items[1]);
  EXPECT_LT(items[1], items[2]);
}

TEST(FileFormatDump, EndsWithTheEntryArrayOfTheFile) {
  const Dump dump;
  const Header header = dumped_header(dump);
  const auto array = dump.at<EntryArrayObject>(header.entry_array_offset);

  ASSERT_EQ(array.object.type, ObjectType::kEntryArray);
  EXPECT_EQ(header.tail_object_offset, header.entry_array_offset);
  EXPECT_EQ(header.tail_entry_array_offset, header.entry_array_offset);
  EXPECT_EQ(header.tail_entry_array_n_entries, 1U);
  EXPECT_EQ(array.next_entry_array_offset, 0U);
  ASSERT_EQ(array.object.size, sizeof(EntryArrayObject) + 4 * sizeof(Le32));
  const auto slots =
      dump.at<std::array<Le32, 4>>(header.entry_array_offset + sizeof(EntryArrayObject));
  EXPECT_EQ(slots[0], dumped_data(dump).data.entry_offset);
  EXPECT_EQ(slots[1] | slots[2] | slots[3], 0U);
}

}  // namespace
}  // namespace logq::test
