// docs/file-format.md is the input: its struct tables are compared with journal/format.h.
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace logq::test
