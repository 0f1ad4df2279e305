// Finding DATA and FIELD objects by content, through the hash tables of a journal file.
//
// Borrows the open file; not thread-safe (it decompresses candidates into a buffer of its own).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "journal/compression.h"
#include "journal/entry_list.h"
#include "journal/file_hash.h"

namespace logq::journal {

class HashLookup {
 public:
  HashLookup(const OpenFile& file, bool keyed, const std::array<std::uint8_t, 16>& file_id);

  // Offset of the object, 0 when there is none.
  [[nodiscard]] FileOffset find_data(std::string_view payload);
  // The same; nothing when damage keeps that from being known.
  [[nodiscard]] std::optional<FileOffset> find_field(std::string_view name);

  // Visits all FIELD objects until the callback returns false.
  void for_each_field(const std::function<bool(FileOffset, std::string_view name)>& visit);

 private:
  struct Table {
    FileOffset offset = 0;
    std::uint64_t buckets = 0;
  };

  [[nodiscard]] Table data_table() const;
  [[nodiscard]] Table field_table() const;
  [[nodiscard]] std::optional<FileOffset> chain_head(const Table& table,
                                                     std::uint64_t bucket) const;
  [[nodiscard]] bool holds(const DataView& data, std::string_view payload);

  const OpenFile& file_;
  FileHash hash_;
  Decompressor decompressor_;
  std::string scratch_;
};

}  // namespace logq::journal
