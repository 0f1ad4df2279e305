// How entries are dealt with in batches, on as many threads as the machine has.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <thread>

namespace logq::cli {

// Entries per batch: enough to make handing them over cheap.
inline constexpr std::size_t kLargestBatch = 512;

// A thread costs as much as formatting some hundred entries.
inline constexpr std::uint64_t kEntriesBeforeThreads = 2048;

inline constexpr std::size_t kBatchesPerThread = 4;

// At least one.
[[nodiscard]] inline std::size_t threads_of_machine() {
  constexpr std::size_t kMost = 8;
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMost);
}

}  // namespace logq::cli
