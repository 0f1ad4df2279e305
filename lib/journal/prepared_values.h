// PreparedValues: what a writer has to find out about the large values of an entry, found out ahead
// of time, so that another thread can do it: their hashes, and what they are when compressed.
//
// Values are known by the address of their payload, which must stay in place until the entry is
// appended. Compressed values lie in memory that is given back with the object. Not thread-safe: to
// be handed from one thread to the other.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/mapped_region.h"
#include "journal/file_hash.h"
#include "logq/id128.h"

namespace logq::journal {

// What the hash of a file depends on.
struct FileKey {
  Id128 file_id;
  bool keyed = true;

  friend bool operator==(const FileKey&, const FileKey&) = default;
};

class PreparedValues {
 public:
  // Smaller values cost the writer little.
  static constexpr std::size_t kBytesMin = 1024;

  struct Value {
    std::string_view payload;
    std::uint64_t jenkins_hash = 0;
    std::uint64_t own_hash = 0;  // of the file with key()
    // As zstd makes it; empty where that is not smaller. Nothing where it was not tried.
    std::optional<std::string_view> zstd;
  };
  enum class Compress : std::uint8_t { kNo, kYes };

  // Prepares those of `payloads` that are large, for a file with `key` if that is known. To be
  // called once.
  void prepare(std::span<const std::string_view> payloads,
               const std::optional<FileKey>& key,
               Compress compress);

  // None for a payload that was not prepared.
  [[nodiscard]] const Value* find(std::string_view payload) const;
  [[nodiscard]] const std::optional<FileKey>& key() const { return key_; }

  // The file that was last asked to take the values, which probably takes the next ones too.
  void note_taker(const FileKey& key) const { taker_ = key; }
  [[nodiscard]] const std::optional<FileKey>& taker() const { return taker_; }

 private:
  std::optional<FileKey> key_;
  mutable std::optional<FileKey> taker_;
  std::vector<Value> values_;
  base::MappedRegion room_;
};

}  // namespace logq::journal
