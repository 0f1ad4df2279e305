#include "journal/hash_lookup.h"

namespace logq::journal {
namespace {

// The next object of a hash chain, 0 at its end, nothing when it is damaged. Objects of a chain
// were written one after the other and do not overlap, which bounds every walk by the size of the
// file.
std::optional<FileOffset> next_in_chain(const OpenFile& file,
                                        FileOffset offset,
                                        std::uint64_t object_size,
                                        const Le64& link) {
  const FileOffset next = load(link);
  if (next == 0) return 0;
  if (next < align8(offset + object_size)) {
    file.report(Error::corrupt(offset, "hash chain runs backwards"));
    return std::nullopt;
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

std::optional<FileOffset> HashLookup::chain_head(const Table& table, std::uint64_t bucket) const {
  const std::uint64_t size = file_.objects.size();
  if (table.offset > size || (size - table.offset) / sizeof(HashItem) <= bucket) {
    file_.report(Error::truncated(table.offset, "hash table is cut off"));
    return std::nullopt;
  }
  const auto item = file_.objects.at<HashItem>(table.offset + bucket * sizeof(HashItem));
  if (!item) {
    file_.report(item.error());
    return std::nullopt;
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
  FileOffset offset = chain_head(table, wanted % table.buckets).value_or(0);
  while (offset != 0) {
    const auto data = file_.objects.data(offset);
    if (!data) {
      file_.report(data.error());
      return 0;
    }
    if (load(data->object->hash) == wanted && holds(*data, payload)) return offset;
    offset = next_in_chain(file_, offset, sizeof(DataObject), data->object->next_hash_offset)
                 .value_or(0);
  }
  return 0;
}

std::optional<FileOffset> HashLookup::find_field(std::string_view name) {
  const Table table = field_table();
  if (table.offset == 0 || table.buckets == 0) return 0;
  const std::uint64_t wanted = hash_(name);
  std::optional<FileOffset> offset = chain_head(table, wanted % table.buckets);
  bool is_doubtful = false;  // another name of the same hash, or the name with another hash
  while (offset && *offset != 0) {
    const auto field = file_.objects.field(*offset);
    if (!field) {
      file_.report(field.error());
      return std::nullopt;
    }
    const bool has_hash = load(field->object->hash) == wanted;
    const bool has_name = field->name == name;
    if (has_hash && has_name) return offset;
    is_doubtful = is_doubtful || has_hash || has_name;
    offset = next_in_chain(file_, *offset, sizeof(FieldObject), field->object->next_hash_offset);
  }
  return is_doubtful ? std::nullopt : offset;
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
    FileOffset offset = chain_head(table, bucket).value_or(0);
    for (; offset != 0 && budget > 0; --budget) {
      const auto field = file_.objects.field(offset);
      if (!field) {
        file_.report(field.error());
        break;
      }
      if (!visit(offset, field->name)) return;
      offset = next_in_chain(file_, offset, sizeof(FieldObject), field->object->next_hash_offset)
                   .value_or(0);
    }
    if (budget == 0)
      return file_.report(Error::corrupt(table.offset, "field chains share objects"));
  }
}

}  // namespace logq::journal
