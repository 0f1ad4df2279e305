// ValueFilter: answers "this value is certainly not in the file" from a megabyte of memory.
//
// Most values of a log are new ones (messages, times, ids). Without this each would cost a walk
// along its whole hash chain, every step a cache miss, to learn that it is not there. A blocked
// Bloom filter: all bits of a value lie in one word. Hashes come in; nothing is read or stored
// elsewhere.
#pragma once

#include <cstdint>
#include <vector>

#include "base/prefetch.h"

namespace logq::journal {

class ValueFilter {
 public:
  // A filter without bits answers "perhaps" to everything.
  ValueFilter() = default;
  explicit ValueFilter(std::uint64_t expected_values);

  void add(std::uint64_t hash) {
    if (!words_.empty()) word(hash) |= mask(hash);
  }
  void prefetch(std::uint64_t hash) const {
    if (!words_.empty()) base::prefetch_for_write(&words_[index(hash)]);
  }
  [[nodiscard]] bool may_contain(std::uint64_t hash) const {
    if (words_.empty()) return true;
    const std::uint64_t bits = mask(hash);
    return (words_[index(hash)] & bits) == bits;
  }

 private:
  // The low bits choose the bucket in the file; the filter uses a mixture, to be independent of it.
  [[nodiscard]] std::size_t index(std::uint64_t hash) const {
    return (hash * 0x9e3779b97f4a7c15U) >> shift_;
  }
  std::uint64_t& word(std::uint64_t hash) { return words_[index(hash)]; }
  static std::uint64_t mask(std::uint64_t hash) {
    return (std::uint64_t{1} << (hash >> 58)) | (std::uint64_t{1} << ((hash >> 52) & 63)) |
           (std::uint64_t{1} << ((hash >> 46) & 63)) | (std::uint64_t{1} << ((hash >> 40) & 63));
  }

  std::vector<std::uint64_t> words_;
  unsigned shift_ = 0;
};

}  // namespace logq::journal
