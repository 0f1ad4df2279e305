// ValueTable: the DATA and FIELD objects of a file under construction. Every value is stored once;
// this is where it is looked for, compressed, stored and linked to its field.
//
// Borrows the heap of its FileWriter, which must outlive it. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/compression.h"
#include "journal/field_names.h"
#include "journal/file_hash.h"
#include "journal/hash_chains.h"
#include "journal/object_heap.h"
#include "journal/prepared_values.h"
#include "journal/value_filter.h"
#include "logq/result.h"

namespace logq::journal {

struct CompressionPolicy {
  bool enabled = true;
  std::uint32_t threshold_bytes = 512;  // smaller payloads are not tried
  Compression algorithm = Compression::kZstd;
};

// A payload that is to be stored, and what was found out about its place in the file.
struct NewValue {
  std::string_view payload;
  std::size_t name_bytes = 0;  // of the field name in front of '='
  std::uint64_t hash = 0;      // as the file has it
  std::uint64_t field = 0;     // the FIELD object of that name, 0 when there is none
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

  // What is prepared of the values that follow, until the next call.
  void use(const PreparedValues* prepared) { prepared_ = prepared; }
  // What store() will put in the place of a payload that is prepared; empty: the payload itself,
  // or what store() finds out.
  [[nodiscard]] std::string_view compressed(std::string_view payload) const;

  // Fetches what find() and link() will look at.
  void prefetch(std::uint64_t hash) const {
    filter_.prefetch(hash);
    data_chains_.prefetch(heap_, hash);
  }

  // Makes sure that store() of a value that find() did not find can succeed, and finds its field;
  // kCorrupt when a reopened file is damaged where the value would be linked.
  Result<void> prepare(NewValue& value);
  // The most bytes that store() may take.
  [[nodiscard]] std::uint64_t bytes_needed(const NewValue& value) const {
    return align8(heap_.layout().payload_offset + value.payload.size()) +
           (value.field != 0 ? 0 : align8(sizeof(FieldObject) + value.name_bytes));
  }
  // Stores the value, and its field when that is new, and returns the DATA object, to which nothing
  // leads yet. REQUIRES: it was prepared, bytes_needed() were reserved.
  std::uint64_t store(NewValue& value);
  // Makes a stored value findable, as that of its first entry, which is whole.
  void link(const NewValue& value, std::uint64_t data, std::uint64_t entry);

 private:
  Result<std::uint64_t> find_field(std::string_view name);
  Result<std::uint64_t> walk_to_field(std::string_view name, std::uint64_t hash);
  std::uint64_t add_field(std::string_view name);
  [[nodiscard]] const PreparedValues::Value* find_prepared(std::string_view payload) const;
  std::string_view try_compress(std::string_view payload);

  ObjectHeap& heap_;
  FileHash hash_;
  HashChains data_chains_;
  HashChains field_chains_;
  CompressionPolicy policy_;
  FieldNames fields_;
  ValueFilter filter_;
  const PreparedValues* prepared_ = nullptr;
  Compressor compressor_;
  Decompressor decompressor_;
  std::string compressed_;
  std::string decompressed_;
};

}  // namespace logq::journal
