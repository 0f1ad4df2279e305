// The inside of verify_file(): what its two passes share. verify_objects.cc walks all objects of
// the file in order, verify_index.cc then checks that entries and entry arrays agree.
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
  ObjectReader objects;  // ends where the header says that the file ends
  Header header{};       // as it was at the beginning; fields it is too old for are zero
  std::uint64_t unpacked_bytes = 0;
  VerifyProgress progress;
  VerifyReport report;

  // Filled by the first pass.
  ObjectSet linked_data;  // DATA objects that their hash chain leads to
  ObjectSet entries;
  ObjectSet arrays;

  [[nodiscard]] bool compact() const {
    return (load(header.incompatible_flags) & kIncompatibleCompact) != 0;
  }
  // Whether the header has the field that ends at `end` bytes.
  [[nodiscard]] bool header_reaches(std::size_t end) const {
    return load(header.header_size) >= end;
  }
};

// Both return the first thing that is wrong.
Result<void> verify_objects(Verification& verification);
// REQUIRES: verify_objects() found nothing.
Result<void> verify_index(Verification& verification);

}  // namespace logq::journal
