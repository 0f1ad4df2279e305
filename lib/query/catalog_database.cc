#include "query/catalog_database.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/little_endian.h"
#include "query/catalog_language.h"
#include "query/catalog_text.h"

namespace logq::query {
namespace {

constexpr std::string_view kSignature = "RHHHKSLP";
constexpr std::size_t kLanguageBytes = kLongestLanguage + 1;

struct Header {
  std::array<char, 8> signature;
  base::Le32 compatible_flags;
  base::Le32 incompatible_flags;
  base::Le64 header_size;
  base::Le64 n_items;
  base::Le64 item_size;
};
static_assert(sizeof(Header) == 40 && alignof(Header) == 1);

struct Item {
  std::array<std::uint8_t, 16> id;
  std::array<char, kLanguageBytes> language;  // filled up with NUL, at least one
  base::Le64 offset;                          // from the end of the items
};
static_assert(sizeof(Item) == 56 && alignof(Item) == 1);

// What items are sorted by.
constexpr std::size_t kKeyBytes = sizeof(Item) - sizeof(base::Le64);

template <typename Struct>
std::string_view bytes_of(const Struct& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

template <typename Struct>
Struct read_struct(std::string_view bytes, std::size_t at) {
  Struct value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

Item make_item(const Id128& id, std::string_view language, std::uint64_t offset) {
  Item item{};
  item.id = id.bytes;
  std::memcpy(item.language.data(), language.data(), std::min(language.size(), kLongestLanguage));
  item.offset = offset;
  return item;
}

}  // namespace

std::string encode_catalog_database(const CatalogEntries& entries) {
  Header header{};
  std::memcpy(header.signature.data(), kSignature.data(), kSignature.size());
  header.compatible_flags = 0;
  header.incompatible_flags = 0;
  header.header_size = sizeof(Header);
  header.n_items = entries.size();
  header.item_size = sizeof(Item);

  std::string bytes(bytes_of(header));
  std::string texts;
  for (const auto& [key, parts] : entries.texts()) {
    bytes += bytes_of(make_item(key.id, key.language, texts.size()));
    texts += merge_catalog_texts(parts);
    texts += '\0';
  }
  return bytes + texts;
}

Result<CatalogDatabase> CatalogDatabase::parse(std::string bytes) {
  if (bytes.size() < sizeof(Header)) {
    return fail(Error::truncated(bytes.size(), "not a message catalog: too short"));
  }
  const auto header = read_struct<Header>(bytes, 0);
  if (!bytes.starts_with(kSignature)) return fail(Error::corrupt(0, "not a message catalog"));
  if (header.incompatible_flags != 0) {
    return fail(Error::make(Errc::kUnsupported, "a message catalog of an unknown format"));
  }
  const std::uint64_t header_size = header.header_size;
  const std::uint64_t item_size = header.item_size;
  const std::uint64_t n_items = header.n_items;
  const bool is_sound = header_size >= sizeof(Header) && item_size >= sizeof(Item) && n_items > 0;
  if (!is_sound) return fail(Error::corrupt(0, "the header of the message catalog is wrong"));
  if (header_size > bytes.size() || n_items > (bytes.size() - header_size) / item_size) {
    return fail(Error::truncated(bytes.size(), "the message catalog ends within its items"));
  }
  CatalogDatabase database;
  database.bytes_ = std::move(bytes);
  database.header_size_ = header_size;
  database.item_size_ = item_size;
  database.n_items_ = n_items;
  return database;
}

std::optional<std::string_view> CatalogDatabase::find(
    const Id128& id, std::span<const std::string> languages) const {
  for (const std::string& language : languages) {
    const Item wanted = make_item(id, language, 0);
    if (const auto index = find_item(bytes_of(wanted).substr(0, kKeyBytes))) {
      return text_at(*index);
    }
  }
  return std::nullopt;
}

Id128 CatalogDatabase::id_at(std::size_t index) const {
  return {read_struct<Item>(bytes_, header_size_ + index * item_size_).id};
}

std::string_view CatalogDatabase::key_at(std::size_t index) const {
  return std::string_view(bytes_).substr(header_size_ + index * item_size_, kKeyBytes);
}

// Where items are not sorted, some are not found; that is all.
std::optional<std::size_t> CatalogDatabase::find_item(std::string_view key) const {
  std::size_t begin = 0;
  std::size_t end = n_items_;
  while (begin < end) {
    const std::size_t middle = begin + (end - begin) / 2;
    const int order = key_at(middle).compare(key);
    if (order == 0) return middle;
    if (order < 0) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> CatalogDatabase::text_at(std::size_t index) const {
  const auto item = read_struct<Item>(bytes_, header_size_ + index * item_size_);
  const std::string_view texts =
      std::string_view(bytes_).substr(header_size_ + n_items_ * item_size_);
  const std::uint64_t offset = item.offset;
  if (offset >= texts.size()) return std::nullopt;
  const std::string_view rest = texts.substr(offset);
  const std::size_t nul = rest.find('\0');
  if (nul == std::string_view::npos) return std::nullopt;
  return rest.substr(0, nul);
}

}  // namespace logq::query
