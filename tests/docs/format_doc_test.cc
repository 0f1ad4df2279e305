// docs/file-format.md is the input: its struct tables are compared with journal/format.h, and
// format.h is laid over the bytes of its dump.
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/jenkins.h"
#include "base/siphash.h"
#include "docs/markdown.h"
#include "journal/format.h"

namespace logq::test {
namespace {

using namespace logq::journal;  // NOLINT(google-build-using-namespace): every type of format.h

struct Member {
  std::string owner;
  std::size_t offset = 0;
  std::size_t size = 0;
  std::string name;

  friend auto operator<=>(const Member&, const Member&) = default;
  friend void PrintTo(const Member& member, std::ostream* out) {
    *out << member.owner << "." << member.name << " at " << member.offset << ", " << member.size
         << " bytes";
  }
};

#define LOGQ_MEMBER(owner, name)                              \
  Member {                                                    \
#owner, offsetof(owner, name), sizeof(owner::name), #name \
  }

const std::vector<Member>& declared_members() {
  static const std::vector<Member> members = {
      LOGQ_MEMBER(Header, signature),
      LOGQ_MEMBER(Header, compatible_flags),
      LOGQ_MEMBER(Header, incompatible_flags),
      LOGQ_MEMBER(Header, state),
      LOGQ_MEMBER(Header, reserved),
      LOGQ_MEMBER(Header, file_id),
      LOGQ_MEMBER(Header, machine_id),
      LOGQ_MEMBER(Header, tail_entry_boot_id),
      LOGQ_MEMBER(Header, seqnum_id),
      LOGQ_MEMBER(Header, header_size),
      LOGQ_MEMBER(Header, arena_size),
      LOGQ_MEMBER(Header, data_hash_table_offset),
      LOGQ_MEMBER(Header, data_hash_table_size),
      LOGQ_MEMBER(Header, field_hash_table_offset),
      LOGQ_MEMBER(Header, field_hash_table_size),
      LOGQ_MEMBER(Header, tail_object_offset),
      LOGQ_MEMBER(Header, n_objects),
      LOGQ_MEMBER(Header, n_entries),
      LOGQ_MEMBER(Header, tail_entry_seqnum),
      LOGQ_MEMBER(Header, head_entry_seqnum),
      LOGQ_MEMBER(Header, entry_array_offset),
      LOGQ_MEMBER(Header, head_entry_realtime),
      LOGQ_MEMBER(Header, tail_entry_realtime),
      LOGQ_MEMBER(Header, tail_entry_monotonic),
      LOGQ_MEMBER(Header, n_data),
      LOGQ_MEMBER(Header, n_fields),
      LOGQ_MEMBER(Header, n_tags),
      LOGQ_MEMBER(Header, n_entry_arrays),
      LOGQ_MEMBER(Header, data_hash_chain_depth),
      LOGQ_MEMBER(Header, field_hash_chain_depth),
      LOGQ_MEMBER(Header, tail_entry_array_offset),
      LOGQ_MEMBER(Header, tail_entry_array_n_entries),
      LOGQ_MEMBER(Header, tail_entry_offset),
      LOGQ_MEMBER(ObjectHeader, type),
      LOGQ_MEMBER(ObjectHeader, flags),
      LOGQ_MEMBER(ObjectHeader, reserved),
      LOGQ_MEMBER(ObjectHeader, size),
      LOGQ_MEMBER(DataObject, object),
      LOGQ_MEMBER(DataObject, hash),
      LOGQ_MEMBER(DataObject, next_hash_offset),
      LOGQ_MEMBER(DataObject, next_field_offset),
      LOGQ_MEMBER(DataObject, entry_offset),
      LOGQ_MEMBER(DataObject, entry_array_offset),
      LOGQ_MEMBER(DataObject, n_entries),
      LOGQ_MEMBER(CompactDataObject, data),
      LOGQ_MEMBER(CompactDataObject, tail_entry_array_offset),
      LOGQ_MEMBER(CompactDataObject, tail_entry_array_n_entries),
      LOGQ_MEMBER(FieldObject, object),
      LOGQ_MEMBER(FieldObject, hash),
      LOGQ_MEMBER(FieldObject, next_hash_offset),
      LOGQ_MEMBER(FieldObject, head_data_offset),
      LOGQ_MEMBER(EntryObject, object),
      LOGQ_MEMBER(EntryObject, seqnum),
      LOGQ_MEMBER(EntryObject, realtime),
      LOGQ_MEMBER(EntryObject, monotonic),
      LOGQ_MEMBER(EntryObject, boot_id),
      LOGQ_MEMBER(EntryObject, xor_hash),
      LOGQ_MEMBER(EntryItem, object_offset),
      LOGQ_MEMBER(EntryItem, hash),
      LOGQ_MEMBER(HashItem, head_hash_offset),
      LOGQ_MEMBER(HashItem, tail_hash_offset),
      LOGQ_MEMBER(EntryArrayObject, object),
      LOGQ_MEMBER(EntryArrayObject, next_entry_array_offset),
      LOGQ_MEMBER(TagObject, object),
      LOGQ_MEMBER(TagObject, seqnum),
      LOGQ_MEMBER(TagObject, epoch),
      LOGQ_MEMBER(TagObject, tag),
  };
  return members;
}
#undef LOGQ_MEMBER

const std::map<std::string, std::size_t>& declared_sizes() {
  static const std::map<std::string, std::size_t> sizes = {
      {"Header", sizeof(Header)},
      {"ObjectHeader", sizeof(ObjectHeader)},
      {"DataObject", sizeof(DataObject)},
      {"CompactDataObject", sizeof(CompactDataObject)},
      {"FieldObject", sizeof(FieldObject)},
      {"EntryObject", sizeof(EntryObject)},
      {"EntryItem", sizeof(EntryItem)},
      {"HashItem", sizeof(HashItem)},
      {"EntryArrayObject", sizeof(EntryArrayObject)},
      {"TagObject", sizeof(TagObject)},
  };
  return sizes;
}

const std::string& document() {
  static const std::string text = read_file(LOGQ_SOURCE_DIR "/docs/file-format.md");
  return text;
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

// Rows `| 88 | 8 | header_size | …` are the Header's, others name their struct first.
std::vector<Member> documented_members() {
  std::vector<Member> members;
  for (const std::vector<std::string>& cells : table_rows(document())) {
    if (cells.size() == 5 && is_number(cells[0]) && is_number(cells[1])) {
      members.push_back({"Header", std::stoul(cells[0]), std::stoul(cells[1]), cells[2]});
    } else if (cells.size() == 6 && is_number(cells[1]) && is_number(cells[2])) {
      members.push_back({cells[0], std::stoul(cells[1]), std::stoul(cells[2]), cells[3]});
    }
  }
  return members;
}

TEST(FileFormatDocument, HasEveryMemberOfEveryStructAtItsOffset) {
  EXPECT_THAT(documented_members(), testing::UnorderedElementsAreArray(declared_members()));
}

// Catches a member that both the document and the list above have forgotten.
TEST(FileFormatDocument, LeavesNoGapInAStruct) {
  std::map<std::string, std::size_t> ends;
  for (const Member& member : documented_members()) {
    EXPECT_EQ(member.offset, ends[member.owner]) << member.owner << "." << member.name;
    ends[member.owner] = member.offset + member.size;
  }

  EXPECT_EQ(ends, declared_sizes());
}

TEST(FileFormatDocument, HasEveryFlagWithItsValue) {
  std::vector<std::tuple<std::string, std::string, unsigned long>> flags;
  for (const std::vector<std::string>& cells : table_rows(document())) {
    if (cells[0] != "incompatible" && cells[0] != "compatible") continue;
    flags.emplace_back(cells[0], cells[2], std::stoul(cells[1], nullptr, 16));
  }

  using Flag = std::tuple<std::string, std::string, unsigned long>;
  EXPECT_THAT(flags, testing::ElementsAre(
                         Flag{"incompatible", "COMPRESSED_XZ", kIncompatibleCompressedXz},
                         Flag{"incompatible", "COMPRESSED_LZ4", kIncompatibleCompressedLz4},
                         Flag{"incompatible", "KEYED_HASH", kIncompatibleKeyedHash},
                         Flag{"incompatible", "COMPRESSED_ZSTD", kIncompatibleCompressedZstd},
                         Flag{"incompatible", "COMPACT", kIncompatibleCompact},
                         Flag{"compatible", "SEALED", kCompatibleSealed},
                         Flag{"compatible", "TAIL_ENTRY_BOOT_ID", kCompatibleTailEntryBootId},
                         Flag{"compatible", "SEALED_CONTINUOUS", kCompatibleSealedContinuous}));
}

// The dump as a sparse file: runs of bytes by their offset.
class Dump {
 public:
  Dump() {
    const std::vector<std::string> blocks = code_blocks(document(), "");
    if (blocks.empty()) return;
    for (const std::string& line : lines_of(blocks[0])) {
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

 private:
  std::map<std::uint64_t, char> bytes_;
};

Header dumped_header(const Dump& dump) {
  return dump.at<Header>(0);
}

base::SipHash24 keyed_hash(const Header& header) {
  return base::SipHash24(std::to_array(header.file_id));
}

constexpr std::uint64_t kDumpedField = 0xc110;

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
