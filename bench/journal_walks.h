// The same walks over journal files through our reader and through libsystemd. Each call opens the
// files, starts at the head and closes them again; `most` bounds the entries that are visited.
// Failures end the program.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace logq::bench {

using Paths = std::vector<std::string>;
inline constexpr std::uint64_t kAllEntries = UINT64_MAX;

// What a walk saw, to compare two readers: equal digests mean the same payloads and times in the
// same order.
struct Answer {
  std::uint64_t entries = 0;
  std::uint64_t payload_bytes = 0;
  std::uint64_t digest = 0;

  friend bool operator==(const Answer&, const Answer&) = default;
};
Answer answer_of_logq(const Paths& paths);
Answer answer_of_libsystemd(const Paths& paths);

// Looks at every payload of every entry; the sum of their sizes.
std::uint64_t walk_logq(const Paths& paths, std::uint64_t most = kAllEntries);
std::uint64_t walk_libsystemd(const Paths& paths, std::uint64_t most = kAllEntries);

// Goes from entry to entry; their number.
std::uint64_t step_logq(const Paths& paths, std::uint64_t most = kAllEntries);
std::uint64_t step_libsystemd(const Paths& paths, std::uint64_t most = kAllEntries);

}  // namespace logq::bench
