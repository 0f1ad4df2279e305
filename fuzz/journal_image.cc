#include "journal_image.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "base/jenkins.h"
#include "journal/compression.h"
#include "journal/file_hash.h"

namespace logq::fuzz {
namespace {

using namespace journal;

// A compressed value that unpacks to more keeps whatever hash it has.
constexpr std::size_t kMaxUnpacked = std::size_t{1} << 20;

std::uint64_t table_bytes(std::uint64_t buckets) {
  return sizeof(ObjectHeader) + buckets * sizeof(HashItem);
}

}  // namespace

JournalImage::JournalImage(std::string bytes) : bytes_(std::move(bytes)) {
  if (bytes_.size() < sizeof(Header)) bytes_.resize(sizeof(Header));
}

std::vector<ImageObject> JournalImage::objects() {
  std::vector<ImageObject> found;
  std::uint64_t offset = align8(std::max<std::uint64_t>(header().header_size, kHeaderSizeMin));
  while (offset < bytes_.size() && bytes_.size() - offset >= sizeof(ObjectHeader)) {
    const auto* object = at<ObjectHeader>(offset);
    const std::uint64_t size = object->size;
    if (size < sizeof(ObjectHeader) || size > bytes_.size() - offset) break;
    found.push_back({offset, size, object->type});
    offset = align8(offset + size);
  }
  return found;
}

std::vector<ImageLink> JournalImage::links() {
  std::vector<ImageLink> links{
      {offsetof(Header, data_hash_table_offset)},     {offsetof(Header, field_hash_table_offset)},
      {offsetof(Header, tail_object_offset)},         {offsetof(Header, entry_array_offset)},
      {offsetof(Header, tail_entry_array_offset), 4}, {offsetof(Header, tail_entry_offset)}};
  for (const ImageObject& object : objects())
    add_links_of(object, links);
  return links;
}

void JournalImage::add_links_of(const ImageObject& object, std::vector<ImageLink>& links) {
  const Layout layout = this->layout();
  const std::uint64_t end = object.offset + object.size;
  const auto add = [&](std::size_t place, unsigned bytes = 8) {
    if (object.size >= place + bytes) links.push_back({object.offset + place, bytes});
  };
  const auto add_all = [&](std::size_t first, std::uint64_t step, unsigned bytes) {
    for (std::uint64_t i = object.offset + first; i + bytes <= end; i += step)
      links.push_back({i, bytes});
  };
  switch (object.type) {
    case ObjectType::kData:
      add(offsetof(DataObject, next_hash_offset));
      add(offsetof(DataObject, next_field_offset));
      add(offsetof(DataObject, entry_offset));
      add(offsetof(DataObject, entry_array_offset));
      if (layout.compact) add(offsetof(CompactDataObject, tail_entry_array_offset), 4);
      return;
    case ObjectType::kField:
      add(offsetof(FieldObject, next_hash_offset));
      return add(offsetof(FieldObject, head_data_offset));
    case ObjectType::kEntry:
      return add_all(sizeof(EntryObject), layout.item_bytes, layout.compact ? 4 : 8);
    case ObjectType::kEntryArray:
      add(offsetof(EntryArrayObject, next_entry_array_offset));
      return add_all(sizeof(EntryArrayObject), layout.slot_bytes, layout.slot_bytes);
    case ObjectType::kDataHashTable:
    case ObjectType::kFieldHashTable:
      return add_all(sizeof(ObjectHeader), 8, 8);
    default:
      return;
  }
}

std::uint64_t JournalImage::get(const ImageLink& link) {
  return link.bytes == 4 ? std::uint64_t{at<Le32>(link.at)->load()} : at<Le64>(link.at)->load();
}

void JournalImage::set(const ImageLink& link, std::uint64_t offset) {
  if (link.bytes == 4) {
    *at<Le32>(link.at) = static_cast<std::uint32_t>(offset);
  } else {
    *at<Le64>(link.at) = offset;
  }
}

std::string_view JournalImage::payload(const ImageObject& object) {
  const std::uint64_t head =
      object.type == ObjectType::kData ? layout().payload_offset : sizeof(FieldObject);
  if (object.size <= head) return {};
  return std::string_view(bytes_).substr(object.offset + head, object.size - head);
}

void JournalImage::recount() {
  const std::vector<ImageObject> all = objects();
  const auto count = [&all](ObjectType type) {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(all, [type](const ImageObject& one) { return one.type == type; }));
  };
  Header& now = header();
  now.n_objects = all.size();
  now.n_entries = count(ObjectType::kEntry);
  now.n_data = count(ObjectType::kData);
  now.n_fields = count(ObjectType::kField);
  now.n_tags = count(ObjectType::kTag);
  now.n_entry_arrays = count(ObjectType::kEntryArray);
  now.tail_object_offset = all.empty() ? 0 : all.back().offset;
  const std::uint64_t end =
      all.empty() ? sizeof(Header) : align8(all.back().offset + all.back().size);
  bytes_.resize(end);
  header().arena_size = end - std::min<std::uint64_t>(end, header().header_size);
}

void JournalImage::rehash() {
  const FileHash hash(header());
  Decompressor decompressor;
  std::string unpacked;
  const auto value_of = [&](const ImageObject& data) -> std::string_view {
    const auto flags = at<ObjectHeader>(data.offset)->flags & kObjectCompressedAny;
    if (flags == 0) return payload(data);
    const auto done = decompressor.decompress(static_cast<std::uint8_t>(flags), payload(data),
                                              unpacked, kMaxUnpacked);
    return done ? std::string_view(unpacked) : std::string_view();
  };
  const std::vector<ImageObject> all = objects();
  std::vector<std::pair<std::uint64_t, std::uint64_t>> parts;  // of DATA, for entries: ascending
  for (const ImageObject& object : all) {
    if (object.type == ObjectType::kField && !payload(object).empty()) {
      at<FieldObject>(object.offset)->hash = hash(payload(object));
    }
    if (object.type != ObjectType::kData) continue;
    const std::string_view value = value_of(object);
    if (value.empty()) continue;
    at<DataObject>(object.offset)->hash = hash(value);
    parts.emplace_back(object.offset, base::jenkins_hash64(value));
  }
  for (const ImageObject& object : all) {
    if (object.type != ObjectType::kEntry || object.size < sizeof(EntryObject)) continue;
    std::vector<ImageLink> items;
    add_links_of(object, items);
    std::uint64_t sum = 0;
    for (const ImageLink& item : items) {
      const auto part = std::ranges::lower_bound(parts, std::pair(get(item), std::uint64_t{0}));
      if (part == parts.end() || part->first != get(item)) continue;
      sum ^= part->second;
      if (item.bytes == 8 && item.at + sizeof(EntryItem) <= object.offset + object.size) {
        at<EntryItem>(item.at)->hash = at<DataObject>(part->first)->hash;
      }
    }
    at<EntryObject>(object.offset)->xor_hash = sum;
  }
}

void JournalImage::shrink_tables(std::uint64_t data_buckets, std::uint64_t field_buckets) {
  const std::vector<ImageObject> all = objects();
  const std::uint64_t from = align8(all[1].offset + all[1].size);
  const std::uint64_t field_table = sizeof(Header);
  const std::uint64_t data_table = field_table + table_bytes(field_buckets);
  const std::uint64_t to = data_table + table_bytes(data_buckets);
  for (const ImageLink& link : links()) {
    if (get(link) >= from) set(link, get(link) - from + to);
  }
  bytes_.erase(to, from - to);
  std::fill(bytes_.begin() + sizeof(Header), bytes_.begin() + static_cast<std::ptrdiff_t>(to), 0);
  at<ObjectHeader>(field_table)->type = ObjectType::kFieldHashTable;
  at<ObjectHeader>(field_table)->size = table_bytes(field_buckets);
  at<ObjectHeader>(data_table)->type = ObjectType::kDataHashTable;
  at<ObjectHeader>(data_table)->size = table_bytes(data_buckets);
  Header& now = header();
  now.field_hash_table_offset = field_table + sizeof(ObjectHeader);
  now.field_hash_table_size = field_buckets * sizeof(HashItem);
  now.data_hash_table_offset = data_table + sizeof(ObjectHeader);
  now.data_hash_table_size = data_buckets * sizeof(HashItem);
  now.arena_size = now.arena_size - (from - to);
  if (all.size() == 2) now.tail_object_offset = data_table;
  for (const ImageObject& object : objects()) {
    if (object.type == ObjectType::kData || object.type == ObjectType::kField) chain(object);
  }
}

// Puts an object at the end of its hash chain.
void JournalImage::chain(const ImageObject& object) {
  const bool data = object.type == ObjectType::kData;
  // Both kinds begin alike.
  static_assert(offsetof(DataObject, hash) == offsetof(FieldObject, hash) &&
                offsetof(DataObject, next_hash_offset) == offsetof(FieldObject, next_hash_offset));
  auto* links = at<FieldObject>(object.offset);
  const std::uint64_t table =
      data ? header().data_hash_table_offset : header().field_hash_table_offset;
  const std::uint64_t buckets =
      (data ? header().data_hash_table_size : header().field_hash_table_size) / sizeof(HashItem);
  auto* bucket = at<HashItem>(table + links->hash % buckets * sizeof(HashItem));
  links->next_hash_offset = 0;
  if (bucket->head_hash_offset == 0) {
    bucket->head_hash_offset = object.offset;
  } else {
    at<FieldObject>(bucket->tail_hash_offset)->next_hash_offset = object.offset;
  }
  bucket->tail_hash_offset = object.offset;
}

}  // namespace logq::fuzz
