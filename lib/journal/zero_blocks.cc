#include "journal/zero_blocks.h"

#include <fcntl.h>

#include <cstring>

namespace logq::journal {
namespace {

constexpr std::uint64_t kBlock = 4096;

bool is_zero_block(const Arena& arena, std::uint64_t offset) {
  const char* const bytes = arena.bytes(offset);
  // Each byte equals the one before it, and the first is zero.
  return bytes[0] == 0 && std::memcmp(bytes, bytes + 1, kBlock - 1) == 0;
}

bool punch(const Arena& arena, std::uint64_t from, std::uint64_t to) {
  constexpr int kMode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  return ::fallocate(arena.fd(), kMode, static_cast<off_t>(from), static_cast<off_t>(to - from)) ==
         0;
}

}  // namespace

std::uint64_t punch_zero_blocks(const Arena& arena, std::uint64_t end) {
  end = end / kBlock * kBlock;
  std::uint64_t punched = 0;
  for (std::uint64_t from = 0; from < end; from += kBlock) {
    std::uint64_t to = from;
    while (to < end && is_zero_block(arena, to))
      to += kBlock;
    if (to == from) continue;
    // A page that could not be read looks like zeros, too, and may come back.
    if (!arena.is_whole() || !punch(arena, from, to)) return punched;
    punched += to - from;
    from = to;  // which is not zero
  }
  return punched;
}

}  // namespace logq::journal
