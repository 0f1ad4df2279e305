// FieldNames: the FIELD objects that values were stored for lately, by name: a small direct-mapped
// cache. There are few names, and one is needed for every new value. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "journal/object_heap.h"
#include "journal/payload_digest.h"

namespace logq::journal {

class FieldNames {
 public:
  explicit FieldNames(std::uint64_t seed) : seed_(seed) {}

  // The FIELD object of this name, 0 when it is not here.
  [[nodiscard]] std::uint64_t find(const ObjectHeap& heap, std::string_view name) const {
    const Slot& slot = slots_[index(name)];
    const bool found =
        slot.offset != 0 && slot.bytes == name.size() &&
        equal_bytes(heap.bytes(slot.offset) + sizeof(FieldObject), name.data(), name.size());
    return found ? slot.offset : 0;
  }
  // REQUIRES: `offset` is a sound FIELD object of this name.
  void put(std::string_view name, std::uint64_t offset) {
    slots_[index(name)] = {static_cast<std::uint32_t>(offset),
                           static_cast<std::uint32_t>(name.size())};
  }

 private:
  struct Slot {
    std::uint32_t offset = 0;  // files of ours are below 4 GiB
    std::uint32_t bytes = 0;
  };
  static constexpr std::size_t kSlots = 512;

  [[nodiscard]] std::size_t index(std::string_view name) const {
    return payload_digest(name, seed_) % kSlots;
  }

  std::uint64_t seed_;
  std::array<Slot, kSlots> slots_{};
};

}  // namespace logq::journal
