// Stores into a file that other processes read at the same time, without locks.
//
// A release store becomes visible after everything the writer stored before it; readers load the
// same field once and then read what it announces. One store is one machine word: never torn.
#pragma once

#include <bit>
#include <cstdint>

#include "base/little_endian.h"
#include "journal/format.h"

namespace logq::journal {

// REQUIRES: the field lies at a multiple of its size, as all fields of 8-aligned objects do.
template <typename T>
void store_release(base::LittleEndian<T>& field, T value) {
  auto* word = static_cast<T*>(static_cast<void*>(&field));
  __atomic_store_n(word, std::bit_cast<T>(base::LittleEndian<T>(value)), __ATOMIC_RELEASE);
}

inline void store_release(ObjectType& field, ObjectType value) {
  __atomic_store(&field, &value, __ATOMIC_RELEASE);
}

inline void store_release(FileState& field, FileState value) {
  __atomic_store(&field, &value, __ATOMIC_RELEASE);
}

// The two halves of a tail pointer, (array, used slots), as one word: a reader never sees the slots
// of one array with the offset of another.
inline void store_tail(Le32& array_offset, std::uint32_t array, std::uint32_t used) {
  auto* pair = static_cast<Le64*>(static_cast<void*>(&array_offset));
  store_release(*pair, (std::uint64_t{used} << 32) | array);
}

}  // namespace logq::journal
