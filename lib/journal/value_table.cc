#include "journal/value_table.h"

#include <algorithm>
#include <cstring>

#include "base/load_bytes.h"
#include "base/try.h"
#include "journal/live_field.h"

namespace logq::journal {
namespace {

// With the fields of a typical service, one value is stored per 200 bytes of file.
constexpr std::uint64_t kBytesPerValue = 200;

// A buffer that one huge payload has blown up is given back above this size.
constexpr std::size_t kKeepTableBytes = std::size_t{1} << 20;

HashChains data_chains(const Header& header) {
  return {ObjectType::kData, header.data_hash_table_offset,
          header.data_hash_table_size / sizeof(HashItem)};
}

HashChains field_chains(const Header& header) {
  return {ObjectType::kField, header.field_hash_table_offset,
          header.field_hash_table_size / sizeof(HashItem)};
}

// The values of a file that is reopened are not known to the filter, so there it does not serve.
ValueFilter filter_for(const ObjectHeap& heap) {
  const Header& header = heap.header();
  if (header.n_data != 0 || header.n_fields != 0 || header.n_entries != 0) return {};
  return ValueFilter(heap.arena().max_size() / kBytesPerValue);
}

// Nobody who does not read the file knows its id, which is random.
std::uint64_t seed_of(const Header& header) {
  return base::load64(header.file_id);
}

void note_depth(Le64& deepest, std::uint64_t depth) {
  if (depth > deepest) store_release(deepest, depth);
}

void trim(std::string& buffer) {
  if (buffer.capacity() <= kKeepTableBytes) return;
  buffer.clear();
  buffer.shrink_to_fit();
}

}  // namespace

ValueTable::ValueTable(ObjectHeap& heap, CompressionPolicy policy)
    : heap_(heap),
      hash_(heap.header()),
      data_chains_(data_chains(heap.header())),
      field_chains_(field_chains(heap.header())),
      policy_(policy),
      fields_(seed_of(heap.header())),
      filter_(filter_for(heap)) {}

Result<std::uint64_t> ValueTable::find(std::string_view payload, std::uint64_t hash) {
  if (!filter_.may_contain(hash)) return 0;
  std::uint64_t depth = 0;
  const auto found = data_chains_.find(
      heap_, hash, depth, [&](std::uint64_t offset) { return equals(offset, payload); });
  note_depth(heap_.header().data_hash_chain_depth, depth);
  return found;
}

bool ValueTable::equals(std::uint64_t offset, std::string_view payload) {
  const auto* data = heap_.checked<DataObject>(offset, ObjectType::kData);
  const std::uint64_t head = heap_.layout().payload_offset;
  if (data == nullptr || data->object.size <= head) return false;
  const ObjectHeader& object = data->object;
  const std::string_view stored(heap_.bytes(offset) + head, object.size - head);
  const auto compression = static_cast<std::uint8_t>(object.flags & kObjectCompressedAny);
  if (compression == 0) return stored == payload;
  // What is the same when compressed is the same; the other way round it need not be.
  const auto* const prepared = prepared_ == nullptr ? nullptr : find_prepared(payload);
  if (prepared != nullptr && compression == kObjectCompressedZstd && *prepared->zstd == stored) {
    return true;
  }
  const auto inflated =
      decompressor_.decompress(compression, stored, decompressed_, payload.size());
  const bool equal = inflated && decompressed_ == payload;
  trim(decompressed_);
  return equal;
}

Result<void> ValueTable::prepare(NewValue& value) {
  const std::string_view name = value.payload.substr(0, value.name_bytes);
  value.field = fields_.find(heap_, name);
  if (value.field == 0) value.field = LOGQ_TRY(find_field(name));
  if (!data_chains_.has_sound_end(heap_, value.hash)) {
    return fail(
        Error::corrupt(data_chains_.last(heap_, value.hash), "hash bucket ends in no such object"));
  }
  return {};
}

std::uint64_t ValueTable::store(NewValue& value) {
  if (value.field == 0) value.field = add_field(value.payload.substr(0, value.name_bytes));
  const std::string_view compressed = try_compress(value.payload);
  const std::string_view stored = compressed.empty() ? value.payload : compressed;
  const std::uint64_t head = heap_.layout().payload_offset;
  const std::uint64_t offset = heap_.begin(
      head + stored.size(), compressed.empty() ? std::uint8_t{0} : object_flag(policy_.algorithm));
  heap_.at<DataObject>(offset)->hash = value.hash;
  std::memcpy(heap_.bytes(offset) + head, stored.data(), stored.size());
  heap_.finish(offset, ObjectType::kData);
  trim(compressed_);
  return offset;
}

// libsystemd takes a DATA object with an entry and no count, or the other way round, for damage, so
// both are there before it can be found.
void ValueTable::link(const NewValue& value, std::uint64_t data, std::uint64_t entry) {
  auto* object = heap_.at<DataObject>(data);
  Le64& values = heap_.at<FieldObject>(value.field)->head_data_offset;
  object->entry_offset = entry;
  object->n_entries = 1;
  object->next_field_offset = values;
  data_chains_.add(heap_, value.hash, data);
  store_release(values, data);
  filter_.add(value.hash);
}

// Nothing where the file wants it otherwise than it was prepared.
const PreparedValues::Value* ValueTable::find_prepared(std::string_view payload) const {
  if (!policy_.enabled || policy_.algorithm != Compression::kZstd) return nullptr;
  if (payload.size() < policy_.threshold_bytes) return nullptr;
  const auto* const value = prepared_->find(payload);
  return value != nullptr && value->zstd.has_value() ? value : nullptr;
}

std::string_view ValueTable::compressed(std::string_view payload) const {
  const auto* const value = prepared_ == nullptr ? nullptr : find_prepared(payload);
  return value == nullptr ? std::string_view{} : *value->zstd;
}

// Empty unless compression is wanted and makes the payload smaller.
std::string_view ValueTable::try_compress(std::string_view payload) {
  if (!policy_.enabled || payload.size() < std::max<std::size_t>(policy_.threshold_bytes, 8))
    return {};
  if (prepared_ != nullptr) [[unlikely]] {
    if (const auto* const value = find_prepared(payload)) return *value->zstd;
  }
  // Not into the mapping: what the compressor writes beyond its result would stay in the file.
  if (compressed_.size() < payload.size()) compressed_.resize(payload.size());
  const auto room = std::as_writable_bytes(std::span(compressed_)).first(payload.size() - 1);
  const auto size = compressor_.compress(policy_.algorithm, payload, room);
  return size ? std::string_view(compressed_).substr(0, *size) : std::string_view{};
}

// 0 when there is none; its bucket then can take one.
Result<std::uint64_t> ValueTable::find_field(std::string_view name) {
  const std::uint64_t hash = hash_(name);
  // The names of a file may be as many as its values, so the filter knows them too.
  const std::uint64_t found =
      filter_.may_contain(hash) ? LOGQ_TRY(walk_to_field(name, hash)) : std::uint64_t{0};
  if (found != 0) {
    fields_.put(name, found);
  } else if (!field_chains_.has_sound_end(heap_, hash)) {
    return fail(
        Error::corrupt(field_chains_.last(heap_, hash), "hash bucket ends in no such object"));
  }
  return found;
}

Result<std::uint64_t> ValueTable::walk_to_field(std::string_view name, std::uint64_t hash) {
  std::uint64_t depth = 0;
  const auto found = field_chains_.find(heap_, hash, depth, [&](std::uint64_t offset) {
    const std::uint64_t size = heap_.at<ObjectHeader>(offset)->size;
    return size == sizeof(FieldObject) + name.size() &&
           equal_bytes(heap_.bytes(offset) + sizeof(FieldObject), name.data(), name.size());
  });
  note_depth(heap_.header().field_hash_chain_depth, depth);
  return found;
}

// Another value of the same entry may have added it meanwhile.
std::uint64_t ValueTable::add_field(std::string_view name) {
  const std::uint64_t added = find_field(name).value_or(0);
  if (added != 0) return added;
  const std::uint64_t hash = hash_(name);
  const std::uint64_t offset = heap_.begin(sizeof(FieldObject) + name.size());
  heap_.at<FieldObject>(offset)->hash = hash;
  std::memcpy(heap_.bytes(offset) + sizeof(FieldObject), name.data(), name.size());
  heap_.finish(offset, ObjectType::kField);
  field_chains_.add(heap_, hash, offset);
  filter_.add(hash);
  fields_.put(name, offset);
  return offset;
}

}  // namespace logq::journal
