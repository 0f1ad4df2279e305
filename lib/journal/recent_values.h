// RecentValues: a cache of DATA objects that entries have shared lately, with all that is needed to
// add one more entry to them. Most fields of a log repeat (host, unit, process); for these it
// replaces two hashes of the payload and a walk through hash chain and entry arrays.
//
// Keyed by payload_digest(). Begins small and doubles up to 2 MiB while values that are still in
// use would have to go. Values seen only once are not kept, so a flood of unique messages does not
// displace the others. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/prefetch.h"
#include "journal/entry_chain.h"

namespace logq::journal {

struct KnownValue {
  std::uint64_t xor_part = 0;     // Jenkins hash of the payload, for the entry's xor_hash
  std::uint32_t digest = 0;       // half of its payload_digest()
  std::uint32_t data_offset = 0;  // 0: an empty slot
  // The payload's, when it is stored as it is; 0: it is compressed.
  std::uint32_t plain_bytes = 0;
  ChainTail tail;  // of the chain of its entries after the first
};
static_assert(sizeof(KnownValue) == 32);

class RecentValues {
 public:
  RecentValues() : sets_(kSetsMin) {}

  // The half of a payload_digest() that the cache goes by.
  static std::uint32_t digest_of(std::uint64_t digest) {
    return static_cast<std::uint32_t>(digest);
  }

  void prefetch(std::uint32_t digest) const {
    base::prefetch(&sets_[index(digest)].front());
    base::prefetch(&sets_[index(digest)].back());
  }

  // A candidate for the payload with this digest, nullptr when there is none; the caller compares
  // the bytes, and may change the tail in place. Valid until the next put().
  [[nodiscard]] KnownValue* find(std::uint32_t digest) {
    for (KnownValue& value : sets_[index(digest)]) {
      if (value.digest == digest && value.data_offset != 0) return &value;
    }
    return nullptr;
  }

  // Keeps a value that find() did not give.
  void put(const KnownValue& value);
  // How often that was done: what find() gave is valid while this stays the same.
  [[nodiscard]] std::uint64_t puts() const { return puts_; }

  [[nodiscard]] std::size_t capacity() const { return sets_.size() * kWays; }

 private:
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kSetsMin = 512;
  static constexpr std::size_t kSetsMax = 16384;
  struct alignas(64) Set : std::array<KnownValue, kWays> {};
  static_assert(sizeof(Set) == 128);

  [[nodiscard]] std::size_t index(std::uint32_t digest) const { return digest & mask_; }
  KnownValue& victim(Set& set);
  void grow();

  std::vector<Set> sets_;
  std::uint32_t mask_ = kSetsMin - 1;
  std::size_t displaced_ = 0;  // since the last growth
  std::uint64_t puts_ = 0;
};

}  // namespace logq::journal
