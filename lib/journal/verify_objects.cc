#include <algorithm>
#include <bit>
#include <string>

#include "base/try.h"
#include "journal/chain_check.h"
#include "journal/compression.h"
#include "journal/field_list_check.h"
#include "journal/file_hash.h"
#include "journal/verify_pass.h"

namespace logq::journal {
namespace {

// More than any object can have: 768 MiB of payload, or an array with a slot for every entry.
constexpr std::uint64_t kMaxObjectBytes = std::uint64_t{1} << 32;
// Progress is told this often.
constexpr std::uint64_t kProgressObjects = 4096;

class ObjectWalk {
 public:
  explicit ObjectWalk(Verification& verification)
      : v_(verification),
        objects_(verification.objects),
        header_(verification.header),
        hash_(verification.header),
        look_left_(verification.look_bytes),
        unpack_left_(verification.unpack_bytes) {}

  Result<void> run();

 private:
  void look_ahead(FileOffset at) const;
  Result<void> check(FileOffset at, const ObjectHeader& object, std::uint64_t size);
  Result<void> check_flags(FileOffset at, const ObjectHeader& object) const;
  Result<void> check_data(FileOffset at);
  Result<std::string_view> unpack(FileOffset at, const DataView& data);
  Result<void> check_field(FileOffset at);
  Result<void> check_entry(FileOffset at);
  Result<void> check_order(FileOffset at, const EntryObject& entry);
  Result<void> check_array(FileOffset at);
  Result<void> check_table(FileOffset at, ObjectType type, std::uint64_t size);
  Result<void> check_tag(FileOffset at, std::uint64_t size);
  Result<void> check_counters() const;
  Result<void> check_tail() const;

  Verification& v_;
  const ObjectReader& objects_;
  const Header& header_;
  FileHash hash_;
  Decompressor decompressor_;
  std::string payload_;
  std::uint64_t look_left_;
  std::uint64_t unpack_left_;
  ChainCheck data_chains_;
  ChainCheck field_chains_;
  FieldListCheck field_lists_;

  std::uint64_t n_data_ = 0;
  std::uint64_t n_fields_ = 0;
  std::uint64_t n_arrays_ = 0;
  std::uint64_t n_data_tables_ = 0;
  std::uint64_t n_field_tables_ = 0;
  std::uint64_t last_epoch_ = 0;
  // Of the last entry.
  std::uint64_t seqnum_ = 0;
  std::uint64_t realtime_ = 0;
  std::uint64_t monotonic_ = 0;
  Id128 boot_;
};

Result<void> ObjectWalk::run() {
  LOGQ_TRY(data_chains_.begin(objects_, load(header_.data_hash_table_offset),
                              load(header_.data_hash_table_size)));
  LOGQ_TRY(field_chains_.begin(objects_, load(header_.field_hash_table_offset),
                               load(header_.field_hash_table_size)));
  const FileOffset tail = load(header_.tail_object_offset);
  FileOffset at = load(header_.header_size);
  if (at > look_left_) {
    return fail({Errc::kTooLarge, 0, offsetof(Header, header_size), "header is mostly a hole"});
  }
  look_left_ -= at;
  while (tail != 0) {
    const ObjectHeader* object = LOGQ_TRY(objects_.at<ObjectHeader>(at));
    const std::uint64_t size = load(object->size);
    if (size < sizeof(ObjectHeader)) {
      return fail(Error::corrupt(at, "object is smaller than its header"));
    }
    if (size > kMaxObjectBytes) return fail(Error::corrupt(at, "object is impossibly large"));
    if (size > objects_.size() - at) return fail(Error::truncated(at, "object is cut off"));
    if (size > look_left_) {
      return fail({Errc::kTooLarge, 0, at, "file is mostly holes, and larger than any journal"});
    }
    look_left_ -= size;
    look_ahead(align8(at + size));
    LOGQ_TRY(check(at, *object, size));
    if (++v_.report.n_objects % kProgressObjects == 0 && v_.progress) {
      v_.progress(kShareOfObjects * static_cast<double>(at) / static_cast<double>(tail));
    }
    if (at == tail) break;
    at = align8(at + size);
    if (at > tail) return fail(Error::corrupt(tail, "there is no object where the last should be"));
  }
  LOGQ_TRY(data_chains_.finish(objects_));
  LOGQ_TRY(field_chains_.finish(objects_));
  LOGQ_TRY(field_lists_.finish());
  LOGQ_TRY(check_counters());
  return check_tail();
}

// The bucket of a value is anywhere in a table of megabytes: it is fetched one object ahead.
void ObjectWalk::look_ahead(FileOffset at) const {
  const auto* next = objects_.look_at<DataObject>(at);
  if (next != nullptr && next->object.type == ObjectType::kData) {
    data_chains_.prepare(load(next->hash));
  }
}

Result<void> ObjectWalk::check(FileOffset at, const ObjectHeader& object, std::uint64_t size) {
  LOGQ_TRY(check_flags(at, object));
  switch (object.type) {
    case ObjectType::kData:
      return check_data(at);
    case ObjectType::kField:
      return check_field(at);
    case ObjectType::kEntry:
      return check_entry(at);
    case ObjectType::kDataHashTable:
    case ObjectType::kFieldHashTable:
      return check_table(at, object.type, size);
    case ObjectType::kEntryArray:
      return check_array(at);
    case ObjectType::kTag:
      return check_tag(at, size);
    case ObjectType::kUnused:
      break;
  }
  return fail(Error::corrupt(at, "object is of no known type"));
}

Result<void> ObjectWalk::check_flags(FileOffset at, const ObjectHeader& object) const {
  const std::uint32_t compression = object.flags & kObjectCompressedAny;
  if (compression == 0) return {};
  if (object.type != ObjectType::kData) {
    return fail(Error::corrupt(at, "object that is not DATA claims to be compressed"));
  }
  if (std::popcount(compression) > 1) {
    return fail(Error::corrupt(at, "DATA object claims two compressions"));
  }
  const std::uint32_t announced = load(header_.incompatible_flags);
  const bool known =
      (compression == kObjectCompressedXz && (announced & kIncompatibleCompressedXz)) ||
      (compression == kObjectCompressedLz4 && (announced & kIncompatibleCompressedLz4)) ||
      (compression == kObjectCompressedZstd && (announced & kIncompatibleCompressedZstd));
  if (!known) return fail(Error::corrupt(at, "compression is not announced in the header"));
  return {};
}

Result<void> ObjectWalk::check_data(FileOffset at) {
  const DataView data = LOGQ_TRY(objects_.data(at));
  const DataObject& object = *data.object;
  ++n_data_;
  const bool has_entry = load(object.entry_offset) != 0;
  const std::uint64_t n_entries = load(object.n_entries);
  if (has_entry != (n_entries != 0)) {
    return fail(Error::corrupt(at, "DATA object's count of entries is wrong"));
  }
  if (load(object.entry_array_offset) != 0 && n_entries < 2) {
    return fail(Error::corrupt(at, "DATA object has an entry array but no second entry"));
  }
  if (load(object.next_field_offset) % 8 != 0 || load(object.entry_offset) % 8 != 0 ||
      load(object.entry_array_offset) % 8 != 0) {
    return fail(Error::corrupt(at, "DATA object names an offset that is not 8-aligned"));
  }
  const std::string_view payload = LOGQ_TRY(unpack(at, data));
  const std::uint64_t stored_hash = load(object.hash);
  if (hash_(payload) != stored_hash)
    return fail(Error::corrupt(at, "DATA object has a wrong hash"));
  if (LOGQ_TRY(data_chains_.visit(at, stored_hash, load(object.next_hash_offset)))) {
    v_.linked_data.add(at);
  }
  if (n_entries % 2 != 0) v_.xor_of_data ^= hash_.xor_part(payload, stored_hash);
  return field_lists_.visit_data(at, payload, load(object.next_field_offset));
}

Result<std::string_view> ObjectWalk::unpack(FileOffset at, const DataView& data) {
  if (data.compression == 0) return data.stored;
  const auto done = decompressor_.decompress(data.compression, data.stored, payload_);
  if (!done) return fail({done.error().code, 0, at, done.error().what});
  if (payload_.size() > unpack_left_) {
    return fail({Errc::kTooLarge, 0, at, "payloads unpack to more than any journal holds"});
  }
  unpack_left_ -= payload_.size();
  return std::string_view(payload_);
}

Result<void> ObjectWalk::check_field(FileOffset at) {
  const FieldView field = LOGQ_TRY(objects_.field(at));
  ++n_fields_;
  if (load(field.object->head_data_offset) % 8 != 0) {
    return fail(Error::corrupt(at, "FIELD object names an offset that is not 8-aligned"));
  }
  const std::uint64_t stored_hash = load(field.object->hash);
  if (hash_(field.name) != stored_hash) {
    return fail(Error::corrupt(at, "FIELD object has a wrong hash"));
  }
  // One that is not linked can only not be found: harmless, and what a crash may leave.
  LOGQ_TRY(field_chains_.visit(at, stored_hash, load(field.object->next_hash_offset)));
  return field_lists_.visit_field(at, field.name, load(field.object->head_data_offset));
}

Result<void> ObjectWalk::check_entry(FileOffset at) {
  const auto entry = LOGQ_TRY(objects_.object<EntryObject>(at));
  const std::uint64_t item_bytes = v_.compact() ? sizeof(Le32) : sizeof(EntryItem);
  if ((entry.size - sizeof(EntryObject)) % item_bytes != 0 || objects_.items_of(entry) == 0) {
    return fail(Error::corrupt(at, "entry has an impossible size"));
  }
  if ((load(header_.compatible_flags) & kCompatibleSealed) != 0 && v_.report.n_tags == 0) {
    return fail(Error::corrupt(at, "entry before the first tag of a sealed file"));
  }
  for (std::uint64_t i = 0; i < objects_.items_of(entry); ++i) {
    const FileOffset item = objects_.item(entry, i);
    if (item == 0 || item % 8 != 0) return fail(Error::corrupt(at, "entry has an impossible item"));
  }
  LOGQ_TRY(check_order(at, *entry.object));
  ++v_.report.n_entries;
  v_.entries.add(at);
  v_.xor_of_entries ^= load(entry.object->xor_hash);
  return {};
}

Result<void> ObjectWalk::check_order(FileOffset at, const EntryObject& entry) {
  const std::uint64_t seqnum = load(entry.seqnum);
  const std::uint64_t realtime = load(entry.realtime);
  const std::uint64_t monotonic = load(entry.monotonic);
  const Id128 boot = load_id(entry.boot_id);
  if (seqnum == 0) return fail(Error::corrupt(at, "entry has no sequence number"));
  if (realtime == 0 || realtime >= kTimestampLimit || monotonic >= kTimestampLimit) {
    return fail(Error::corrupt(at, "entry has an impossible time"));
  }
  const bool first = v_.report.n_entries == 0;
  if (first && seqnum != load(header_.head_entry_seqnum)) {
    return fail(Error::corrupt(at, "first sequence number is not the one in the header"));
  }
  if (first && realtime != load(header_.head_entry_realtime)) {
    return fail(Error::corrupt(at, "first realtime is not the one in the header"));
  }
  if (!first && seqnum <= seqnum_) {
    return fail(Error::corrupt(at, "sequence numbers do not increase"));
  }
  if (!first && boot == boot_ && monotonic < monotonic_) {
    return fail(Error::corrupt(at, "monotonic time runs backwards within a boot"));
  }
  seqnum_ = seqnum;
  realtime_ = realtime;
  monotonic_ = monotonic;
  boot_ = boot;
  return {};
}

Result<void> ObjectWalk::check_array(FileOffset at) {
  const auto array = LOGQ_TRY(objects_.object<EntryArrayObject>(at));
  const std::uint64_t slots = objects_.slots_of(array.size);
  if ((array.size - sizeof(EntryArrayObject)) % objects_.slot_bytes() != 0 || slots == 0) {
    return fail(Error::corrupt(at, "entry array has an impossible size"));
  }
  if (load(array.object->next_entry_array_offset) % 8 != 0) {
    return fail(Error::corrupt(at, "entry array names an offset that is not 8-aligned"));
  }
  for (std::uint64_t i = 0; i < slots; ++i) {
    if (objects_.slot(at, i) % 8 != 0) {
      return fail(Error::corrupt(at, "entry array holds an offset that is not 8-aligned"));
    }
  }
  ++n_arrays_;
  v_.arrays.add(at);
  return {};
}

Result<void> ObjectWalk::check_table(FileOffset at, ObjectType type, std::uint64_t size) {
  const bool data = type == ObjectType::kDataHashTable;
  std::uint64_t& count = data ? n_data_tables_ : n_field_tables_;
  if (++count > 1) return fail(Error::corrupt(at, "there is a second hash table of a kind"));
  const std::uint64_t bytes = size - sizeof(ObjectHeader);
  if (bytes == 0 || bytes % sizeof(HashItem) != 0) {
    return fail(Error::corrupt(at, "hash table has an impossible size"));
  }
  const FileOffset named =
      load(data ? header_.data_hash_table_offset : header_.field_hash_table_offset);
  const std::uint64_t named_bytes =
      load(data ? header_.data_hash_table_size : header_.field_hash_table_size);
  if (named != at + sizeof(ObjectHeader) || named_bytes != bytes) {
    return fail(Error::corrupt(at, "hash table is not the one in the header"));
  }
  return {};
}

Result<void> ObjectWalk::check_tag(FileOffset at, std::uint64_t size) {
  const std::uint32_t flags = load(header_.compatible_flags);
  if ((flags & kCompatibleSealed) == 0) {
    return fail(Error::corrupt(at, "tag in a file that is not sealed"));
  }
  if (size != sizeof(TagObject)) return fail(Error::corrupt(at, "tag has an impossible size"));
  const TagObject* tag = LOGQ_TRY(objects_.at<TagObject>(at));
  const std::uint64_t epoch = load(tag->epoch);
  if (load(tag->seqnum) != v_.report.n_tags + 1) {
    return fail(Error::corrupt(at, "tags are not numbered one by one"));
  }
  const bool first = v_.report.n_tags == 0;
  const bool continuous = (flags & kCompatibleSealedContinuous) != 0;
  if (epoch >= kTimestampLimit || (!first && epoch < last_epoch_) ||
      (!first && continuous && epoch - last_epoch_ > 1)) {
    return fail(Error::corrupt(at, "epochs of tags are out of order"));
  }
  last_epoch_ = epoch;
  ++v_.report.n_tags;
  return {};
}

Result<void> ObjectWalk::check_counters() const {
  const auto differs = [this](const Le64& counter, std::uint64_t counted) {
    const auto at = static_cast<std::size_t>(reinterpret_cast<const char*>(&counter) -
                                             reinterpret_cast<const char*>(&header_));
    return v_.header_reaches(at + sizeof counter) && load(counter) != counted;
  };
  if (differs(header_.n_objects, v_.report.n_objects)) {
    return fail(Error::corrupt(offsetof(Header, n_objects), "header's count of objects is wrong"));
  }
  if (differs(header_.n_entries, v_.report.n_entries)) {
    return fail(Error::corrupt(offsetof(Header, n_entries), "header's count of entries is wrong"));
  }
  if (differs(header_.n_data, n_data_)) {
    return fail(Error::corrupt(offsetof(Header, n_data), "header's count of DATA is wrong"));
  }
  if (differs(header_.n_fields, n_fields_)) {
    return fail(Error::corrupt(offsetof(Header, n_fields), "header's count of FIELDs is wrong"));
  }
  if (differs(header_.n_tags, v_.report.n_tags)) {
    return fail(Error::corrupt(offsetof(Header, n_tags), "header's count of tags is wrong"));
  }
  if (differs(header_.n_entry_arrays, n_arrays_)) {
    return fail(
        Error::corrupt(offsetof(Header, n_entry_arrays), "header's count of arrays is wrong"));
  }
  if (n_data_tables_ != (load(header_.data_hash_table_offset) != 0 ? 1U : 0U) ||
      n_field_tables_ != (load(header_.field_hash_table_offset) != 0 ? 1U : 0U)) {
    return fail(Error::corrupt(0, "hash table that the header names is missing"));
  }
  return {};
}

Result<void> ObjectWalk::check_tail() const {
  if (v_.report.n_entries == 0) return {};
  if (load(header_.tail_entry_seqnum) != seqnum_) {
    return fail(Error::corrupt(offsetof(Header, tail_entry_seqnum),
                               "last sequence number is not the one in the header"));
  }
  if (load(header_.tail_entry_realtime) != realtime_) {
    return fail(Error::corrupt(offsetof(Header, tail_entry_realtime),
                               "last realtime is not the one in the header"));
  }
  // Before 254 the header tells the boot of the last writer, who may not have appended anything.
  if (load_id(header_.tail_entry_boot_id) == boot_ &&
      load(header_.tail_entry_monotonic) != monotonic_) {
    return fail(Error::corrupt(offsetof(Header, tail_entry_monotonic),
                               "last monotonic time is not the one in the header"));
  }
  return {};
}

}  // namespace

Result<void> verify_objects(Verification& verification) {
  return ObjectWalk(verification).run();
}

}  // namespace logq::journal
