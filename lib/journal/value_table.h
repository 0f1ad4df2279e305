// ValueTable: the DATA and FIELD objects of a file under construction. Every value is stored once;
// this is where it is looked for, compressed, stored and linked to its field.
//
// Borrows the heap of its FileWriter, which must outlive it. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/compression.h"
#include "journal/file_hash.h"
#include "journal/hash_chains.h"
#include "journal/object_heap.h"
#include "journal/value_filter.h"
#include "logq/result.h"

namespace logq::journal {

struct CompressionPolicy {
  bool enabled = true;
  std::uint32_t threshold_bytes = 512;  // smaller payloads are not tried
  Compression algorithm = Compression::kZstd;
};

class ValueTable {
 public:
  // REQUIRES: the header names both hash tables and they lie within the file.
  ValueTable(ObjectHeap& heap, CompressionPolicy policy);

  [[nodiscard]] const FileHash& hash() const { return hash_; }

  // The DATA object with exactly this payload, 0 when there is none.
  Result<std::uint64_t> find(std::string_view payload, std::uint64_t hash);
  // Whether the DATA object at `offset`, a committed one, has this payload.
  bool equals(std::uint64_t offset, std::string_view payload);

  // The most bytes that add() may take for this payload.
  [[nodiscard]] std::uint64_t bytes_needed(std::string_view payload) const;
  // Stores a payload that find() did not find and returns its DATA object. One that was added since
  // `since` (a former tail of the heap) is found again instead.
  // REQUIRES: bytes_needed() were reserved, the payload has a field name.
  Result<std::uint64_t> add(std::string_view payload, std::uint64_t hash, std::uint64_t since);

 private:
  Result<std::uint64_t> find_or_add_field(std::string_view name);
  std::uint64_t write_data(std::string_view payload,
                           std::uint64_t hash,
                           std::uint64_t next_in_field);
  std::string_view try_compress(std::string_view payload);

  ObjectHeap& heap_;
  FileHash hash_;
  HashChains data_chains_;
  HashChains field_chains_;
  CompressionPolicy policy_;
  ValueFilter filter_;
  Compressor compressor_;
  Decompressor decompressor_;
  std::string compressed_;
  std::string decompressed_;
};

}  // namespace logq::journal
