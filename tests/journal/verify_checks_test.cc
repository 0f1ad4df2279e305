// All that verify_file() checks, one line each: a sound file, that one thing broken, and where and
// with which words it must fail. Stock journalctl 252 is asked about the same file; the lines that
// say kUnnoticed are what it lets pass. (Without its key it refuses every sealed file.)
#include <cstring>
#include <functional>

#include <gtest/gtest.h>

#include "journal/reader_support.h"
#include "journal/relocated_file.h"
#include "journal/variant_file.h"
#include "journal/verify.h"

namespace logq::journal::test {
namespace {

// A file of nine entries as bytes, with the offsets of its objects.
class Bytes {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}

  template <typename T = Le64>
  T& at(std::uint64_t offset) {
    return *static_cast<T*>(static_cast<void*>(bytes_.data() + offset));
  }
  Header& header() { return at<Header>(0); }
  // The n-th object of a type, from 0.
  std::uint64_t object(ObjectType type, int n = 0) {
    for (std::uint64_t offset = header().header_size;;
         offset = align8(offset + at<ObjectHeader>(offset).size)) {
      if (at<ObjectHeader>(offset).type == type && n-- == 0) return offset;
      if (offset >= header().tail_object_offset) throw std::runtime_error("no such object");
    }
  }
  std::uint64_t entry(int n) { return object(ObjectType::kEntry, n); }
  std::uint64_t data(const std::string& payload) {
    return bytes_.find(payload) - Layout::of(header()).payload_offset;
  }
  std::uint64_t field(const std::string& name) {
    for (int n = 0;; ++n) {
      const std::uint64_t offset = object(ObjectType::kField, n);
      const std::uint64_t size = at<ObjectHeader>(offset).size;
      if (bytes_.substr(offset + sizeof(FieldObject), size - sizeof(FieldObject)) == name) {
        return offset;
      }
    }
  }
  // The bucket whose chain has a DATA object, as its first or behind others.
  std::uint64_t bucket(std::uint64_t data) {
    const std::uint64_t table = header().data_hash_table_offset;
    const std::uint64_t end = table + header().data_hash_table_size;
    for (std::uint64_t offset = table; offset < end; offset += sizeof(HashItem))
      for (std::uint64_t in = at(offset); in != 0; in = at<DataObject>(in).next_hash_offset)
        if (in == data) return offset;
    throw std::runtime_error("no such bucket");
  }
  // The number of a message that has its bucket for itself, as the seed of the file has it.
  int lone_message() {
    for (int n = 3;; ++n) {
      const std::uint64_t object = data("MESSAGE=m" + std::to_string(n));
      const auto& item = at<HashItem>(bucket(object));
      if (item.head_hash_offset == object && item.tail_hash_offset == object) return n;
    }
  }
  std::uint64_t lone_bucket() { return bucket(data("MESSAGE=m" + std::to_string(lone_message()))); }
  std::string& text() { return bytes_; }

 private:
  std::string bytes_;
};

enum class Kind : std::uint8_t { kRegular, kCompact, kSealed };
enum class Peer : std::uint8_t { kNoticed, kUnnoticed };

constexpr Kind kRegular = Kind::kRegular;
constexpr Kind kCompact = Kind::kCompact;
constexpr Kind kSealed = Kind::kSealed;
constexpr Peer kNoticed = Peer::kNoticed;
constexpr Peer kUnnoticed = Peer::kUnnoticed;

struct Check {
  const char* name;
  Kind kind;
  Peer peer;
  const char* reason;
  std::uint64_t (*break_it)(Bytes& file);  // returns where it must be noticed
};

#define HEADER_FIELD(field) offsetof(Header, field)

std::uint64_t raise(Bytes& file, std::size_t counter) {
  file.at(counter) = file.at(counter) + 1;
  return counter;
}

const Check kHeaderChecks[] = {
    {"Reserved", kRegular, kNoticed, "reserved bytes are not zero",
     [](Bytes& f) {
       f.text()[HEADER_FIELD(reserved) + 3] = 1;
       return std::uint64_t{HEADER_FIELD(reserved)};
     }},
    {"CompatibleFlags", kRegular, kNoticed, "file has compatible flags unknown to us",
     [](Bytes& f) {
       f.header().compatible_flags = 0x10;
       return std::uint64_t{0};
     }},
    {"ArenaSize", kRegular, kNoticed, "file is shorter than its header says",
     [](Bytes& f) {
       f.header().arena_size = f.header().arena_size + 4096;
       return std::uint64_t{f.text().size()};
     }},
    {"TailObjectAligned", kRegular, kNoticed, "last object is misplaced",
     [](Bytes& f) {
       f.header().tail_object_offset = f.header().tail_object_offset + 4;
       return std::uint64_t{HEADER_FIELD(tail_object_offset)};
     }},
    {"TailObjectExact", kRegular, kNoticed, "there is no object where the last should be",
     [](Bytes& f) {
       f.header().tail_object_offset = f.header().tail_object_offset - 8;
       return std::uint64_t{f.header().tail_object_offset};
     }},
    {"EntryArrayAligned", kRegular, kNoticed, "header names an offset that is not 8-aligned",
     [](Bytes& f) {
       f.header().entry_array_offset = f.header().entry_array_offset + 4;
       return std::uint64_t{0};
     }},
    {"TableInFile", kRegular, kNoticed, "hash table lies beyond the end of the file",
     [](Bytes& f) {
       f.header().data_hash_table_size = std::uint64_t{1} << 40;
       return std::uint64_t{f.header().data_hash_table_offset};
     }},
    {"CountOfObjects", kRegular, kNoticed, "header's count of objects is wrong",
     [](Bytes& f) { return raise(f, HEADER_FIELD(n_objects)); }},
    {"CountOfEntries", kRegular, kNoticed, "header's count of entries is wrong",
     [](Bytes& f) { return raise(f, HEADER_FIELD(n_entries)); }},
    {"CountOfData", kRegular, kNoticed, "header's count of DATA is wrong",
     [](Bytes& f) { return raise(f, HEADER_FIELD(n_data)); }},
    {"CountOfFields", kRegular, kNoticed, "header's count of FIELDs is wrong",
     [](Bytes& f) { return raise(f, HEADER_FIELD(n_fields)); }},
    {"CountOfTags", kRegular, kNoticed, "header's count of tags is wrong",
     [](Bytes& f) { return raise(f, HEADER_FIELD(n_tags)); }},
    {"CountOfArrays", kRegular, kNoticed, "header's count of arrays is wrong",
     [](Bytes& f) { return raise(f, HEADER_FIELD(n_entry_arrays)); }},
    {"HeadSeqnum", kRegular, kNoticed, "first sequence number is not the one in the header",
     [](Bytes& f) {
       raise(f, HEADER_FIELD(head_entry_seqnum));
       return f.entry(0);
     }},
    {"HeadRealtime", kRegular, kNoticed, "first realtime is not the one in the header",
     [](Bytes& f) {
       raise(f, HEADER_FIELD(head_entry_realtime));
       return f.entry(0);
     }},
    {"TailSeqnum", kRegular, kNoticed, "last sequence number is not the one in the header",
     [](Bytes& f) { return raise(f, HEADER_FIELD(tail_entry_seqnum)); }},
    {"TailRealtime", kRegular, kNoticed, "last realtime is not the one in the header",
     [](Bytes& f) { return raise(f, HEADER_FIELD(tail_entry_realtime)); }},
    {"TailMonotonic", kRegular, kNoticed, "last monotonic time is not the one in the header",
     [](Bytes& f) { return raise(f, HEADER_FIELD(tail_entry_monotonic)); }},
    {"TailArray", kCompact, kUnnoticed, "header's tail of the list of all entries is wrong",
     [](Bytes& f) {
       f.header().tail_entry_array_n_entries = 3;
       return std::uint64_t{HEADER_FIELD(tail_entry_array_offset)};
     }},
    {"TailEntry", kCompact, kUnnoticed, "last entry is not the one in the header",
     [](Bytes& f) {
       f.header().tail_entry_offset = f.data("MESSAGE=m4");
       return std::uint64_t{HEADER_FIELD(tail_entry_offset)};
     }},
};

const Check kObjectChecks[] = {
    {"SizeAtLeast", kRegular, kNoticed, "object is smaller than its header",
     [](Bytes& f) {
       f.at<ObjectHeader>(f.entry(4)).size = 8;
       return f.entry(4);
     }},
    {"SizeAtMost", kRegular, kNoticed, "object is impossibly large",
     [](Bytes& f) {
       const std::uint64_t at = f.entry(4);
       f.at<ObjectHeader>(at).size = std::uint64_t{1} << 40;
       return at;
     }},
    {"SizeInFile", kRegular, kNoticed, "object is cut off",
     [](Bytes& f) {
       const std::uint64_t at = f.entry(4);
       f.at<ObjectHeader>(at).size = f.text().size();
       return at;
     }},
    {"Type", kRegular, kNoticed, "object is of no known type",
     [](Bytes& f) {
       const std::uint64_t at = f.entry(4);
       f.text()[at] = 8;
       return at;
     }},
    {"Unused", kRegular, kNoticed, "object is of no known type",
     [](Bytes& f) {
       const std::uint64_t at = f.entry(4);
       f.text()[at] = 0;
       return at;
     }},
    {"CompressionOnDataOnly", kRegular, kNoticed, "object that is not DATA claims to be compressed",
     [](Bytes& f) {
       f.text()[f.entry(4) + 1] = kObjectCompressedXz;
       return f.entry(4);
     }},
    {"OneCompression", kRegular, kNoticed, "DATA object claims two compressions",
     [](Bytes& f) {
       f.text()[f.data("MESSAGE=m4") + 1] = kObjectCompressedXz | kObjectCompressedLz4;
       return f.data("MESSAGE=m4");
     }},
    {"CompressionAnnounced", kRegular, kNoticed, "compression is not announced in the header",
     [](Bytes& f) {
       f.text()[f.data("MESSAGE=m4") + 1] = kObjectCompressedLz4;
       return f.data("MESSAGE=m4");
     }},
    {"DataHasPayload", kRegular, kNoticed, "DATA object without a payload",
     [](Bytes& f) {
       f.at<ObjectHeader>(f.data("MESSAGE=m4")).size = sizeof(DataObject);
       return f.data("MESSAGE=m4");
     }},
    {"DataHash", kRegular, kNoticed, "DATA object has a wrong hash",
     [](Bytes& f) {
       const std::uint64_t at = f.data("MESSAGE=m4");
       f.text()[at + sizeof(DataObject) + 9] = 'X';
       return at;
     }},
    {"DataCountAndFirst", kRegular, kNoticed, "DATA object's count of entries is wrong",
     [](Bytes& f) {
       f.at<DataObject>(f.data("MESSAGE=m4")).entry_offset = 0;
       return f.data("MESSAGE=m4");
     }},
    {"DataCountAndArray", kRegular, kNoticed, "DATA object has an entry array but no second entry",
     [](Bytes& f) {
       f.at<DataObject>(f.data("MESSAGE=m4")).entry_array_offset = f.header().entry_array_offset;
       return f.data("MESSAGE=m4");
     }},
    {"DataAligned", kRegular, kNoticed, "DATA object names an offset that is not 8-aligned",
     [](Bytes& f) { return raise(f, f.data("MESSAGE=m4") + 32) - 32; }},
    {"FieldHash", kRegular, kNoticed, "FIELD object has a wrong hash",
     [](Bytes& f) {
       const std::uint64_t at = f.field("PRIORITY");
       f.text()[at + sizeof(FieldObject)] = 'X';
       return at;
     }},
    {"FieldAligned", kRegular, kNoticed, "FIELD object names an offset that is not 8-aligned",
     [](Bytes& f) { return raise(f, f.field("PRIORITY") + 32) - 32; }},
    {"FieldOnce", kRegular, kUnnoticed, "FIELD object of that name is there twice",
     [](Bytes& f) {
       const std::uint64_t at = f.field("_BOOT_ID");
       f.text().replace(at + 16, 8, f.text(), f.field("PRIORITY") + 16, 8);
       f.text().replace(at + sizeof(FieldObject), 8, "PRIORITY");
       return at;
     }},
    {"FieldNamesNewest", kRegular, kUnnoticed, "FIELD object does not name its newest value",
     [](Bytes& f) {
       f.at<FieldObject>(f.field("MESSAGE")).head_data_offset = f.data("MESSAGE=m2");
       return f.field("MESSAGE");
     }},
    {"FieldListGoesOn", kRegular, kUnnoticed,
     "DATA object does not name the value before it of its field",
     [](Bytes& f) {
       f.at<DataObject>(f.data("MESSAGE=m5")).next_field_offset = f.data("MESSAGE=m3");
       return f.data("MESSAGE=m5");
     }},
    {"FieldListIsNotCut", kRegular, kUnnoticed,
     "DATA object does not name the value before it of its field",
     [](Bytes& f) {
       f.at<DataObject>(f.data("MESSAGE=m5")).next_field_offset = 0;
       return f.data("MESSAGE=m6");
     }},
    {"EntrySize", kRegular, kNoticed, "entry has an impossible size",
     [](Bytes& f) {
       f.at<ObjectHeader>(f.entry(4)).size = f.at<ObjectHeader>(f.entry(4)).size + 8;
       return f.entry(4);
     }},
    {"EntryHasItems", kRegular, kNoticed, "entry has an impossible size",
     [](Bytes& f) {
       f.at<ObjectHeader>(f.entry(4)).size = sizeof(EntryObject);
       return f.entry(4);
     }},
    {"ItemIsThere", kRegular, kNoticed, "entry has an impossible item",
     [](Bytes& f) {
       f.at(f.entry(4) + sizeof(EntryObject)) = 0;
       return f.entry(4);
     }},
    {"ItemAligned", kCompact, kNoticed, "entry has an impossible item",
     [](Bytes& f) {
       f.text()[f.entry(4) + sizeof(EntryObject)] |= 4;
       return f.entry(4);
     }},
    {"Seqnum", kRegular, kNoticed, "entry has no sequence number",
     [](Bytes& f) {
       f.at<EntryObject>(f.entry(4)).seqnum = 0;
       return f.entry(4);
     }},
    {"SeqnumIncreases", kRegular, kNoticed, "sequence numbers do not increase",
     [](Bytes& f) {
       f.at<EntryObject>(f.entry(4)).seqnum = f.at<EntryObject>(f.entry(3)).seqnum;
       return f.entry(4);
     }},
    {"Realtime", kRegular, kNoticed, "entry has an impossible time",
     [](Bytes& f) {
       f.at<EntryObject>(f.entry(4)).realtime = kTimestampLimit;
       return f.entry(4);
     }},
    {"Monotonic", kRegular, kNoticed, "entry has an impossible time",
     [](Bytes& f) {
       f.at<EntryObject>(f.entry(4)).monotonic = kTimestampLimit;
       return f.entry(4);
     }},
    {"MonotonicDoesNotFall", kRegular, kNoticed, "monotonic time runs backwards within a boot",
     [](Bytes& f) {
       f.at<EntryObject>(f.entry(4)).monotonic = 1;
       return f.entry(4);
     }},
    {"XorHash", kRegular, kUnnoticed, "entry's xor_hash does not fit its fields",
     [](Bytes& f) { return raise(f, f.entry(4) + 56) - 56; }},
    {"XorHashCompact", kCompact, kUnnoticed, "entry's xor_hash does not fit its fields",
     [](Bytes& f) { return raise(f, f.entry(3) + 56) - 56; }},
    {"ArraySize", kRegular, kNoticed, "entry array has an impossible size",
     [](Bytes& f) {
       const std::uint64_t at = f.object(ObjectType::kEntryArray);
       f.at<ObjectHeader>(at).size = sizeof(EntryArrayObject);
       return at;
     }},
    {"ArrayAligned", kRegular, kNoticed, "entry array names an offset that is not 8-aligned",
     [](Bytes& f) { return raise(f, f.object(ObjectType::kEntryArray) + 16) - 16; }},
    {"SlotAligned", kRegular, kNoticed, "entry array holds an offset that is not 8-aligned",
     [](Bytes& f) { return raise(f, f.object(ObjectType::kEntryArray) + 24) - 24; }},
    {"OneTable", kRegular, kNoticed, "there is a second hash table of a kind",
     [](Bytes& f) {
       const std::uint64_t at = f.object(ObjectType::kDataHashTable);
       f.text()[at] = static_cast<char>(ObjectType::kFieldHashTable);
       return at;
     }},
    {"TableSize", kRegular, kNoticed, "hash table has an impossible size",
     [](Bytes& f) {
       const std::uint64_t at = f.object(ObjectType::kDataHashTable);
       f.at<ObjectHeader>(at).size = f.at<ObjectHeader>(at).size - 8;
       return at;
     }},
    {"TableIsTheHeaders", kRegular, kNoticed, "hash table is not the one in the header",
     [](Bytes& f) {
       f.header().data_hash_table_size = f.header().data_hash_table_size - 16;
       return f.object(ObjectType::kDataHashTable);
     }},
    {"TagWithoutSeal", kSealed, kNoticed, "tag in a file that is not sealed",
     [](Bytes& f) {
       f.header().compatible_flags = 0;
       return f.object(ObjectType::kTag);
     }},
    {"TagSize", kSealed, kNoticed, "tag has an impossible size",
     [](Bytes& f) {
       const std::uint64_t at = f.object(ObjectType::kTag);
       f.at<ObjectHeader>(at).size = 56;
       return at;
     }},
    {"TagSeqnum", kSealed, kNoticed, "tags are not numbered one by one",
     [](Bytes& f) {
       f.at<TagObject>(f.object(ObjectType::kTag, 1)).seqnum = 3;
       return f.object(ObjectType::kTag, 1);
     }},
    {"TagEpoch", kSealed, kNoticed, "epochs of tags are out of order",
     [](Bytes& f) {
       f.at<TagObject>(f.object(ObjectType::kTag, 1)).epoch = 6;
       return f.object(ObjectType::kTag, 1);
     }},
    {"EntryBehindTag", kRegular, kNoticed, "entry before the first tag of a sealed file",
     [](Bytes& f) {
       f.header().compatible_flags = kCompatibleSealed;
       return f.entry(0);
     }},
};

const Check kIndexChecks[] = {
    {"BucketHasBothEnds", kRegular, kNoticed, "hash bucket has a head or a tail only",
     [](Bytes& f) {
       const std::uint64_t at = f.lone_bucket();
       f.at<HashItem>(at).tail_hash_offset = 0;
       return at;
     }},
    {"BucketAligned", kRegular, kNoticed, "hash bucket names an offset that is not 8-aligned",
     [](Bytes& f) { return raise(f, f.lone_bucket() + 8) - 8; }},
    {"BucketTail", kRegular, kNoticed, "tail of a hash chain is not its last object",
     [](Bytes& f) {
       const std::uint64_t at = f.bucket(f.data("MESSAGE=m4"));
       // The one after it may by chance have the same bucket, and then is its last.
       const bool is_tail = f.bucket(f.data("MESSAGE=m5")) == at;
       f.at<HashItem>(at).tail_hash_offset = f.data(is_tail ? "MESSAGE=m3" : "MESSAGE=m5");
       return at;
     }},
    {"ChainAligned", kRegular, kNoticed, "hash chain offset is not 8-aligned",
     [](Bytes& f) { return raise(f, f.data("MESSAGE=m4") + 24) - 24; }},
    {"ChainGoesForward", kRegular, kNoticed, "hash chain runs backwards",
     [](Bytes& f) {
       f.at<DataObject>(f.data("MESSAGE=m4")).next_hash_offset = f.data("MESSAGE=m3");
       return f.data("MESSAGE=m4");
     }},
    {"ChainStaysInBucket", kRegular, kNoticed,
     "hash chain names something that does not belong to it",
     [](Bytes& f) {
       f.at<DataObject>(f.data("MESSAGE=m4")).next_hash_offset = f.data("MESSAGE=m5");
       return f.data("MESSAGE=m4");
     }},
    {"FieldChain", kRegular, kUnnoticed, "hash chain names something that does not belong to it",
     [](Bytes& f) {
       f.at<FieldObject>(f.field("PRIORITY")).next_hash_offset = f.field("LONG");
       return f.field("PRIORITY");
     }},
    {"AllEntriesIsAnArray", kRegular, kNoticed, "list of all entries is no entry array",
     [](Bytes& f) {
       f.header().entry_array_offset = f.entry(0);
       return f.entry(0);
     }},
    {"AllEntriesSorted", kRegular, kNoticed, "entry array is not sorted",
     [](Bytes& f) {
       const std::uint64_t at = f.header().entry_array_offset;
       std::swap(f.at(at + 24), f.at(at + 32));
       return at;
     }},
    {"AllEntriesAreEntries", kRegular, kNoticed, "entry array names what is no entry",
     [](Bytes& f) {
       const std::uint64_t at = f.header().entry_array_offset;
       f.at(at + 32) = f.data("MESSAGE=m1");
       return at;
     }},
    {"AllEntriesAreThere", kRegular, kNoticed, "list of entries is shorter than its count",
     [](Bytes& f) {
       const std::uint64_t at = f.header().entry_array_offset;
       f.at<EntryArrayObject>(at).next_entry_array_offset = 0;
       return at;
     }},
    {"ArraysLeadToArrays", kRegular, kNoticed, "list of entries leads to what is no entry array",
     [](Bytes& f) {
       const std::uint64_t at = f.header().entry_array_offset;
       f.at<EntryArrayObject>(at).next_entry_array_offset = f.entry(7);
       return f.entry(7);
     }},
    {"ArraysGoForward", kRegular, kNoticed, "entry array chain runs backwards",
     [](Bytes& f) {
       const std::uint64_t at = f.header().entry_array_offset;
       f.at<EntryArrayObject>(at).next_entry_array_offset = at;
       return at;
     }},
    {"ValuesCanBeFound", kRegular, kNoticed, "entry has a field that no hash chain leads to",
     [](Bytes& f) {
       const int n = f.lone_message();
       f.at<HashItem>(f.lone_bucket()) = {0, 0};
       return f.entry(n);
     }},
    {"FirstEntryOfAValue", kRegular, kNoticed, "DATA object names as its first entry what is none",
     [](Bytes& f) {
       f.at<DataObject>(f.data("MESSAGE=m4")).entry_offset = f.data("MESSAGE=m5");
       return f.data("MESSAGE=m4");
     }},
    {"EntryOnListOfItsValues", kRegular, kNoticed, "entry is not on the list of one of its fields",
     [](Bytes& f) {
       f.at<DataObject>(f.data("MESSAGE=m4")).entry_offset = 0;
       f.at<DataObject>(f.data("MESSAGE=m4")).n_entries = 0;
       return f.entry(4);
     }},
    {"ListHasNoOthers", kRegular, kUnnoticed, "entry is not on the list of one of its fields",
     [](Bytes& f) {
       f.at<DataObject>(f.data("MESSAGE=m4")).entry_offset = f.entry(5);
       return f.entry(4);
     }},
    {"LastEntryOnNoOtherList", kRegular, kUnnoticed,
     "DATA object lists an entry that does not have it",
     [](Bytes& f) {
       f.at<DataObject>(f.data("MESSAGE=m4")).entry_offset = f.entry(8);
       return f.data("MESSAGE=m4");
     }},
    {"ItemHash", kRegular, kUnnoticed, "entry and field differ in the hash of the field",
     [](Bytes& f) {
       raise(f, f.entry(4) + sizeof(EntryObject) + 8);
       return f.entry(4);
     }},
    {"TailOfAList", kCompact, kUnnoticed, "DATA object's tail of its list of entries is wrong",
     [](Bytes& f) {
       f.at<CompactDataObject>(f.data("PRIORITY=6")).tail_entry_array_n_entries = 2;
       return f.data("PRIORITY=6");
     }},
};

// A tag in front of the first entry and one behind the last.
std::string sealed(std::string bytes) {
  Bytes plain(bytes);
  const std::uint64_t first = plain.object(ObjectType::kField);
  const std::uint64_t end = bytes.size();
  bytes.append(sizeof(TagObject), '\0');
  const auto put_tag = [](Bytes& file, std::uint64_t at, std::uint64_t seqnum) {
    auto& tag = file.at<TagObject>(at);
    tag.object.type = ObjectType::kTag;
    tag.object.size = sizeof(TagObject);
    tag.seqnum = seqnum;
    tag.epoch = 6 + seqnum;
    Header& header = file.header();
    header.n_objects = header.n_objects + 1;
    header.n_tags = header.n_tags + 1;
  };
  const logq::test::TempDir directory;
  const std::string path = directory.path() + "/moved";
  logq::test::RelocatedFile(bytes, first, sizeof(TagObject)).write(path);
  Bytes file(logq::test::read_file(path));
  put_tag(file, first, 1);
  put_tag(file, end + sizeof(TagObject), 2);
  file.header().tail_object_offset = end + sizeof(TagObject);
  file.header().arena_size = file.text().size() - file.header().header_size;
  file.header().compatible_flags = kCompatibleSealed;
  return file.text();
}

std::string sound_file(const std::string& directory, Kind kind) {
  const auto bytes =
      logq::test::read_file(make_variant(directory, kVariants[kind == kCompact ? 0 : 1]));
  return kind == kSealed ? sealed(bytes) : bytes;
}

class VerifyChecks : public testing::TestWithParam<Check> {
 protected:
  logq::test::TempDir directory_;
  std::string path_ = directory_.path() + "/broken.journal";
};

TEST_P(VerifyChecks, FailWhereThatOneThingIsBroken) {
  const Check& check = GetParam();
  Bytes file(sound_file(directory_.path(), check.kind));
  logq::test::write_file(path_, file.text());
  ASSERT_FALSE(verify_file(path_)->failure) << verify_file(path_)->failure->message();

  const std::uint64_t where = check.break_it(file);
  logq::test::write_file(path_, file.text());
  const auto report = verify_file(path_);

  ASSERT_TRUE(report) << report.error().message();
  ASSERT_TRUE(report->failure);
  EXPECT_EQ(report->failure->what, check.reason);
  EXPECT_EQ(report->failure->offset, where);
  if (!logq::test::journalctl_installed()) return;
  EXPECT_EQ(logq::test::verify_file(path_).status != 0, check.peer == kNoticed)
      << logq::test::verify_file(path_).out;
}

std::string name_of(const testing::TestParamInfo<Check>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(OfTheHeader, VerifyChecks, testing::ValuesIn(kHeaderChecks), name_of);
INSTANTIATE_TEST_SUITE_P(OfObjects, VerifyChecks, testing::ValuesIn(kObjectChecks), name_of);
INSTANTIATE_TEST_SUITE_P(OfTheIndex, VerifyChecks, testing::ValuesIn(kIndexChecks), name_of);

TEST(VerifyCheckedFiles, PassJournalctlBeforeTheyAreBroken) {
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  for (const Kind kind : {kRegular, kCompact}) {
    const logq::test::TempDir directory;
    const std::string path = directory.path() + "/sound.journal";
    logq::test::write_file(path, sound_file(directory.path(), kind));

    EXPECT_EQ(logq::test::verify_file(path).status, 0) << logq::test::verify_file(path).out;
  }
}

// Without the key it does not look at a sealed file at all.
TEST(VerifyCheckedFiles, AreNotJudgedByJournalctlWhenTheyAreSealed) {
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  const logq::test::TempDir directory;
  const std::string path = directory.path() + "/sound.journal";
  logq::test::write_file(path, sound_file(directory.path(), kSealed));

  const auto result = logq::test::verify_file(path);

  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.out.find("Required key not available"), std::string::npos) << result.out;
  EXPECT_TRUE(verify_file(path)->sealed);
}

}  // namespace
}  // namespace logq::journal::test
