// ObjectSet: the offsets of the objects of one kind, for verify_file(): a bit for every 8 bytes of
// the file, kept only for the parts of it where there are any.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

#include "journal/object_reader.h"

namespace logq::journal {

class ObjectSet {
 public:
  // REQUIRES: `offset` is a multiple of 8 inside a file (the memory for empty parts is 8 bytes per
  // 4 MiB up to it).
  void add(FileOffset offset) {
    const std::uint64_t index = offset / kGrain;
    const std::uint64_t part = index / kPartBits;
    if (part >= parts_.size()) parts_.resize(part + 1);
    if (parts_[part] == nullptr) parts_[part] = std::make_unique<Part>();
    (*parts_[part])[index % kPartBits / 64] |= std::uint64_t{1} << (index % 64);
  }

  // Any number may be asked for.
  [[nodiscard]] bool has(FileOffset offset) const {
    const std::uint64_t index = offset / kGrain;
    const std::uint64_t part = index / kPartBits;
    if (offset % kGrain != 0 || part >= parts_.size() || parts_[part] == nullptr) return false;
    return ((*parts_[part])[index % kPartBits / 64] >> (index % 64) & 1) != 0;
  }

  // Calls `visit(offset)` in ascending order as long as it returns true.
  template <typename Visit>
  bool for_each(Visit visit) const {
    for (std::size_t part = 0; part < parts_.size(); ++part) {
      if (parts_[part] == nullptr) continue;
      for (std::size_t word = 0; word < kPartWords; ++word) {
        for (std::uint64_t bits = (*parts_[part])[word]; bits != 0; bits &= bits - 1) {
          const auto bit = static_cast<std::uint64_t>(std::countr_zero(bits));
          if (!visit((part * kPartBits + word * 64 + bit) * kGrain)) return false;
        }
      }
    }
    return true;
  }

 private:
  static constexpr std::uint64_t kGrain = 8;
  static constexpr std::size_t kPartWords = 8192;  // 4 MiB of file in 64 KiB
  static constexpr std::uint64_t kPartBits = std::uint64_t{kPartWords} * 64;
  using Part = std::array<std::uint64_t, kPartWords>;

  std::vector<std::unique_ptr<Part>> parts_;
};

}  // namespace logq::journal
