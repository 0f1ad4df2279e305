// Fixed little-endian integers with alignment 1, the vocabulary of on-disk and on-wire structs.
//
// A struct made of these can be overlaid on bytes at any address, needs no packing attribute and no
// conversion call. Reads and writes compile to one mov on little-endian machines. A field of a live
// file must be read once into a local before it is checked and used: another process may change it.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace logq::base {

template <typename T>
class LittleEndian {
  static_assert(std::is_unsigned_v<T>);

 public:
  LittleEndian() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): reads as the integer it is
  LittleEndian(T value) { store(value); }
  LittleEndian& operator=(T value) {
    store(value);
    return *this;
  }
  // NOLINTNEXTLINE(google-explicit-constructor): reads as the integer it is
  operator T() const { return load(); }

  [[nodiscard]] T load() const {
    T value = std::bit_cast<T>(bytes_);
    if constexpr (std::endian::native == std::endian::big) value = swap(value);
    return value;
  }
  void store(T value) {
    if constexpr (std::endian::native == std::endian::big) value = swap(value);
    bytes_ = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
  }

 private:
  static T swap(T value) {
    T swapped = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      swapped = static_cast<T>((swapped << 8) | (value & 0xff));
      value = static_cast<T>(value >> 8);
    }
    return swapped;
  }

  std::array<std::byte, sizeof(T)> bytes_;
};

using Le16 = LittleEndian<std::uint16_t>;
using Le32 = LittleEndian<std::uint32_t>;
using Le64 = LittleEndian<std::uint64_t>;

static_assert(sizeof(Le64) == 8 && alignof(Le64) == 1 && std::is_trivially_copyable_v<Le64>);

}  // namespace logq::base
