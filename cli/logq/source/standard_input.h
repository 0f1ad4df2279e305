// A journal file on standard input: `-i -`.
#pragma once

#include <cstdint>
#include <string>

#include "common/exit_status.h"

namespace logq::cli {

inline constexpr std::uint64_t kLargestCopiedInput = std::uint64_t{1} << 30;

// The path by which the journal file on standard input can be opened. Journal files are read where
// they lie, not from front to back, so what is no regular file, such as a pipe, is first copied
// into memory, of at most `max_bytes`, and standard input becomes the copy. Waits for its end.
Outcome<std::string> path_of_standard_input(std::uint64_t max_bytes = kLargestCopiedInput);

}  // namespace logq::cli
