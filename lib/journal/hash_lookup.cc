#include "journal/hash_lookup.h"

namespace logq::journal {
namespace {

// The next object of a hash chain, 0 at its end. Objects of a chain were written one after the
// other and do not overlap, which bounds every walk by the size of the file.
FileOffset next_in_chain(const OpenFile& file,
                         FileOffset offset,
                         std::uint64_t object_size,
                         const Le64& link) {
  const FileOffset next = load(link);
  if (next == 0) return 0;
  if (next < align8(offset + object_size)) {
    file.report(Error::corrupt(offset, "hash chain runs backwards"));
    return 0;
  }
  return next;
}

}  // namespace

HashLookup::HashLookup(const OpenFile& file,
                       bool keyed,
                       const std::array<std::uint8_t, 16>& file_id)
    : file_(file),
      hash_(keyed, file_id) {}

HashLookup::Table HashLookup::data_table() const {
  const Header* header = file_.header();
  if (header == nullptr) return {};
  return {load(header->data_hash_table_offset),
          load(header->data_hash_table_size) / sizeof(HashItem)};
}

HashLookup::Table HashLookup::field_table() const {
  const Header* header = file_.header();
  if (header == nullptr) return {};
  return {load(header->field_hash_table_offset),
          load(header->field_hash_table_size) / sizeof(HashItem)};
}

FileOffset HashLookup::chain_head(const Table& table, std::uint64_t bucket) const {
  const std::uint64_t size = file_.objects.size();
  if (table.offset > size || (size - table.offset) / sizeof(HashItem) <= bucket) {
    file_.report(Error::truncated(table.offset, "hash table is cut off"));
    return 0;
  }
  const auto item = file_.objects.at<HashItem>(table.offset + bucket * sizeof(HashItem));
  if (!item) {
    file_.report(item.error());
    return 0;
  }
  return load((*item)->head_hash_offset);
}

bool HashLookup::holds(const DataView& data, std::string_view payload) {
  if (data.compression == 0) return data.stored == payload;
  // What unpacks to more is another payload, however large: with room for one byte it shows.
  const auto done =
      decompressor_.decompress(data.compression, data.stored, scratch_, payload.size() + 1);
  return done && scratch_ == payload;
}

FileOffset HashLookup::find_data(std::string_view payload) {
  const Table table = data_table();
  if (table.offset == 0 || table.buckets == 0) return 0;
  const std::uint64_t wanted = hash_(payload);
  FileOffset offset = chain_head(table, wanted % table.buckets);
  while (offset != 0) {
    const auto data = file_.objects.data(offset);
    if (!data) {
      file_.report(data.error());
      return 0;
    }
    if (load(data->object->hash) == wanted && holds(*data, payload)) return offset;
    offset = next_in_chain(file_, offset, sizeof(DataObject), data->object->next_hash_offset);
  }
  return 0;
}

FileOffset HashLookup::find_field(std::string_view name) {
  const Table table = field_table();
  if (table.offset == 0 || table.buckets == 0) return 0;
  const std::uint64_t wanted = hash_(name);
  FileOffset offset = chain_head(table, wanted % table.buckets);
  while (offset != 0) {
    const auto field = file_.objects.field(offset);
    if (!field) {
      file_.report(field.error());
      return 0;
    }
    if (load(field->object->hash) == wanted && field->name == name) return offset;
    offset = next_in_chain(file_, offset, sizeof(FieldObject), field->object->next_hash_offset);
  }
  return 0;
}

void HashLookup::for_each_field(
    const std::function<bool(FileOffset, std::string_view name)>& visit) {
  const Table table = field_table();
  const std::uint64_t size = file_.objects.size();
  if (table.offset == 0 || table.offset > size) return;
  const std::uint64_t readable = (size - table.offset) / sizeof(HashItem);
  if (readable < table.buckets) {
    file_.report(Error::truncated(table.offset, "hash table is cut off"));
  }
  // Each FIELD is in one chain only, so together they cannot be more than fit into the file.
  std::uint64_t budget = size / sizeof(FieldObject);
  for (std::uint64_t bucket = 0; bucket < table.buckets && bucket < readable; ++bucket) {
    FileOffset offset = chain_head(table, bucket);
    for (; offset != 0 && budget > 0; --budget) {
      const auto field = file_.objects.field(offset);
      if (!field) {
        file_.report(field.error());
        break;
      }
      if (!visit(offset, field->name)) return;
      offset = next_in_chain(file_, offset, sizeof(FieldObject), field->object->next_hash_offset);
    }
    if (budget == 0)
      return file_.report(Error::corrupt(table.offset, "field chains share objects"));
  }
}

}  // namespace logq::journal
