// The bytes of a systemd journal file: docs/file-format.md describes them, this header declares
// them, a test compares the two. Names follow the upstream specification. Shared by reader and
// writer; neither owns it.
//
// Everything is little-endian. Offsets count from the start of the file; objects begin at multiples
// of 8. Marks such as "246" name the systemd version that added a field.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/little_endian.h"

namespace logq::journal {

using base::Le32;
using base::Le64;

inline constexpr char kSignature[8] = {'L', 'P', 'K', 'S', 'H', 'H', 'R', 'H'};

// The same as one word, which is loaded and stored at once.
inline std::uint64_t signature_word() {
  return std::bit_cast<Le64>(std::to_array(kSignature));
}

// Incompatible flags: a reader that does not know a bit must refuse the file.
inline constexpr std::uint32_t kIncompatibleCompressedXz = 1U << 0;
inline constexpr std::uint32_t kIncompatibleCompressedLz4 = 1U << 1;
inline constexpr std::uint32_t kIncompatibleKeyedHash = 1U << 2;       // 246
inline constexpr std::uint32_t kIncompatibleCompressedZstd = 1U << 3;  // 246
inline constexpr std::uint32_t kIncompatibleCompact = 1U << 4;         // 252
inline constexpr std::uint32_t kIncompatibleAny = 0x1f;

// Compatible flags: a reader may ignore unknown bits, a writer may not.
inline constexpr std::uint32_t kCompatibleSealed = 1U << 0;
inline constexpr std::uint32_t kCompatibleTailEntryBootId = 1U << 1;   // 254
inline constexpr std::uint32_t kCompatibleSealedContinuous = 1U << 2;  // 255

enum class FileState : std::uint8_t { kOffline = 0, kOnline = 1, kArchived = 2 };

struct Header {
  char signature[8];
  Le32 compatible_flags;
  Le32 incompatible_flags;
  FileState state;
  std::uint8_t reserved[7];
  std::uint8_t file_id[16];  // random; the siphash key
  std::uint8_t machine_id[16];
  std::uint8_t tail_entry_boot_id[16];
  std::uint8_t seqnum_id[16];
  Le64 header_size;
  Le64 arena_size;              // bytes after the header that belong to the file
  Le64 data_hash_table_offset;  // of the buckets, that is 16 past the object
  Le64 data_hash_table_size;    // bytes
  Le64 field_hash_table_offset;
  Le64 field_hash_table_size;
  Le64 tail_object_offset;
  Le64 n_objects;
  Le64 n_entries;
  Le64 tail_entry_seqnum;
  Le64 head_entry_seqnum;
  Le64 entry_array_offset;  // first ENTRY_ARRAY of the global chain
  Le64 head_entry_realtime;
  Le64 tail_entry_realtime;
  Le64 tail_entry_monotonic;
  Le64 n_data;                      // 187
  Le64 n_fields;                    // 187
  Le64 n_tags;                      // 189
  Le64 n_entry_arrays;              // 189
  Le64 data_hash_chain_depth;       // 246
  Le64 field_hash_chain_depth;      // 246
  Le32 tail_entry_array_offset;     // 252
  Le32 tail_entry_array_n_entries;  // 252
  Le64 tail_entry_offset;           // 254
};
inline constexpr std::size_t kHeaderSizeMin = 208;  // before 187
static_assert(sizeof(Header) == 272 && alignof(Header) == 1);
static_assert(offsetof(Header, file_id) == 24 && offsetof(Header, seqnum_id) == 72);
static_assert(offsetof(Header, n_data) == 208 && offsetof(Header, n_tags) == 224);
static_assert(offsetof(Header, data_hash_chain_depth) == 240);
static_assert(offsetof(Header, tail_entry_array_offset) == 256);
static_assert(offsetof(Header, tail_entry_offset) == 264);

enum class ObjectType : std::uint8_t {
  kUnused = 0,
  kData = 1,
  kField = 2,
  kEntry = 3,
  kDataHashTable = 4,
  kFieldHashTable = 5,
  kEntryArray = 6,
  kTag = 7,
};

// Object flags: at most one, on DATA only.
inline constexpr std::uint8_t kObjectCompressedXz = 1U << 0;
inline constexpr std::uint8_t kObjectCompressedLz4 = 1U << 1;
inline constexpr std::uint8_t kObjectCompressedZstd = 1U << 2;
inline constexpr std::uint8_t kObjectCompressedAny = 7;

struct ObjectHeader {
  ObjectType type;
  std::uint8_t flags;
  std::uint8_t reserved[6];
  Le64 size;  // with this header, without the padding to 8
};
static_assert(sizeof(ObjectHeader) == 16 && alignof(ObjectHeader) == 1);

struct DataObject {
  ObjectHeader object;
  Le64 hash;
  Le64 next_hash_offset;
  Le64 next_field_offset;
  Le64 entry_offset;  // the first entry that has it; further ones in the array chain
  Le64 entry_array_offset;
  Le64 n_entries;
  // regular files: the payload follows here
};
static_assert(sizeof(DataObject) == 64);

struct CompactDataObject {
  DataObject data;
  Le32 tail_entry_array_offset;
  Le32 tail_entry_array_n_entries;
  // the payload follows here
};
static_assert(sizeof(CompactDataObject) == 72);

struct FieldObject {
  ObjectHeader object;
  Le64 hash;
  Le64 next_hash_offset;
  Le64 head_data_offset;
  // the name follows, without '='
};
static_assert(sizeof(FieldObject) == 40);

struct EntryObject {
  ObjectHeader object;
  Le64 seqnum;
  Le64 realtime;
  Le64 monotonic;
  std::uint8_t boot_id[16];
  Le64 xor_hash;
  // items follow: EntryItem in regular files, Le32 data offsets in compact ones
};
static_assert(sizeof(EntryObject) == 64);

struct EntryItem {
  Le64 object_offset;
  Le64 hash;
};
static_assert(sizeof(EntryItem) == 16);

struct HashItem {
  Le64 head_hash_offset;
  Le64 tail_hash_offset;
};
static_assert(sizeof(HashItem) == 16);

struct EntryArrayObject {
  ObjectHeader object;
  Le64 next_entry_array_offset;
  // slots follow: Le64 entry offsets in regular files, Le32 in compact ones; 0 = unused
};
static_assert(sizeof(EntryArrayObject) == 24);

struct TagObject {
  ObjectHeader object;
  Le64 seqnum;
  Le64 epoch;
  std::uint8_t tag[32];
};
static_assert(sizeof(TagObject) == 64);

// The next multiple of 8.
constexpr std::uint64_t align8(std::uint64_t offset) {
  return (offset + 7) & ~std::uint64_t{7};
}

// Timestamps are below 2^55 microseconds; a realtime of 0 is not one.
inline constexpr std::uint64_t kTimestampLimit = std::uint64_t{1} << 55;

}  // namespace logq::journal
