// How far one source has been stored, in one 64-bit word of memory that outlives the process.
//
// The word is written before an entry is appended (in_progress, with the low bits of the sequence
// number the entry is about to get) and after it. Since it is one atomic store, a kill at any
// moment leaves one of the two, and the last stored sequence number tells whether an entry in
// progress was stored: that is what makes a replay exact.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace logq::collect {

struct ProgressWord {
  std::uint64_t position = 0;  // 46 bits; what it counts is the source's business
  bool in_progress = false;
  std::uint16_t seqnum_low = 0;

  [[nodiscard]] std::uint64_t pack() const {
    return (position << 17) | (in_progress ? 1U << 16 : 0U) | seqnum_low;
  }
  static ProgressWord unpack(std::uint64_t word) {
    return {word >> 17, ((word >> 16) & 1) != 0, static_cast<std::uint16_t>(word & 0xffff)};
  }
  friend bool operator==(const ProgressWord&, const ProgressWord&) = default;
};

// A view of such a word in a mapping. The release order keeps the compiler from moving earlier
// stores to the mapping past it; its partner is the successor process, which sees memory as it was.
class ProgressCell {
 public:
  explicit ProgressCell(std::uint64_t* word) : word_(word) {}

  [[nodiscard]] ProgressWord load() const {
    return ProgressWord::unpack(std::atomic_ref(*word_).load(std::memory_order_acquire));
  }
  // Tells the words apart.
  [[nodiscard]] const std::uint64_t* word() const { return word_; }
  void store(const ProgressWord& value) {
    std::atomic_ref(*word_).store(value.pack(), std::memory_order_release);
  }

 private:
  std::uint64_t* word_;
};

// The most entries that are stored in one go.
inline constexpr std::size_t kBatchEntriesMax = 64;

// What a successor makes of a word it finds, given the last sequence number that is stored: the
// position from which to go on. `finished_position` is where the source stands once the entry that
// was in progress is stored.
inline ProgressWord resolve(const ProgressWord& found,
                            std::uint64_t tail_seqnum,
                            std::uint64_t finished_position) {
  const bool stored =
      found.in_progress && found.seqnum_low == static_cast<std::uint16_t>(tail_seqnum & 0xffff);
  return {stored ? finished_position : found.position, false, 0};
}

// The same for a word that counts entries, of which several may have been in progress: the number
// is that of the first, and those of the others follow it. Where entries of other sources followed
// these, the result counts them too, and lies beyond the last entry that there is.
inline ProgressWord resolve_run(const ProgressWord& found, std::uint64_t tail_seqnum) {
  if (!found.in_progress) return found;
  const auto ahead = static_cast<std::int16_t>(static_cast<std::uint16_t>(tail_seqnum & 0xffff) -
                                               found.seqnum_low);
  const bool any = ahead >= 0 && static_cast<std::size_t>(ahead) < kBatchEntriesMax;
  return {found.position + (any ? static_cast<std::uint64_t>(ahead) + 1 : 0), false, 0};
}

}  // namespace logq::collect
