// The inside of verify_file(): what its passes share. verify_objects.cc walks all objects of the
// file in order, verify_index.cc then checks that entries and entry arrays agree, and verify_xor.cc
// that entries and their values do.
#pragma once

#include <cstdint>
#include <functional>

#include "journal/format.h"
#include "journal/object_reader.h"
#include "journal/object_set.h"
#include "journal/verify.h"
#include "logq/result.h"

namespace logq::journal {

// The part of the time that the first pass takes, about.
inline constexpr double kShareOfObjects = 0.7;

struct Verification {
  ObjectReader objects;            // ends where the header says that the file ends
  Header header{};                 // as it was at the beginning; fields it is too old for are zero
  std::uint64_t look_bytes = 0;    // how much of the file may be looked at
  std::uint64_t unpack_bytes = 0;  // what its payloads may unpack to
  VerifyProgress progress;
  VerifyReport report;

  // Filled by the first pass.
  ObjectSet linked_data;  // DATA objects that their hash chain leads to
  ObjectSet entries;
  ObjectSet arrays;
  // Of the xor_hashes of all entries; and of the Jenkins hashes of all values that an odd number of
  // entries has. Where no entry was given a payload twice the two are the same.
  std::uint64_t xor_of_entries = 0;
  std::uint64_t xor_of_data = 0;

  [[nodiscard]] bool compact() const {
    return (load(header.incompatible_flags) & kIncompatibleCompact) != 0;
  }
  // Whether the header has the field that ends at `end` bytes.
  [[nodiscard]] bool header_reaches(std::size_t end) const {
    return load(header.header_size) >= end;
  }
};

// Each returns the first thing that is wrong.
Result<void> verify_objects(Verification& verification);
// REQUIRES: verify_objects() found nothing.
Result<void> verify_index(Verification& verification);
// REQUIRES: verify_index() found nothing. No work where the two sums above are the same.
Result<void> verify_xor_hashes(Verification& verification);

}  // namespace logq::journal
