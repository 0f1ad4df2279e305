// The same walks over journal files through our reader and through libsystemd. Each call starts at
// the head; those that take paths open the files before and close them afterwards. `most` bounds
// the entries that are visited. Failures end the program.
#pragma once

#include <cstdint>
#include <memory>
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

// Both readers with the files open and read once, from end to end with all payloads, so that every
// page that a walk needs is mapped.
class OpenReaders {
 public:
  explicit OpenReaders(const Paths& paths);
  ~OpenReaders();
  OpenReaders(const OpenReaders&) = delete;
  OpenReaders& operator=(const OpenReaders&) = delete;

  std::uint64_t walk_logq();
  std::uint64_t walk_libsystemd();
  std::uint64_t step_logq();
  std::uint64_t step_libsystemd();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// What any reader pays to have the files in reach: maps each, reads a byte of every page, and
// unmaps it again. The sum of the bytes.
std::uint64_t touch_pages(const Paths& paths);

}  // namespace logq::bench
