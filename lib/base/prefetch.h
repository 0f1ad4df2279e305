// Fetching memory that will be wanted soon.
#pragma once

namespace logq::base {

// Starts to bring in the cache line at `address`, which may be any. Not simply the builtin: GCC
// takes a function that does nothing but prefetch for one without effect, and deletes its calls.
inline void prefetch(const void* address) {
  __builtin_prefetch(address);
  asm volatile("");
}
// The same for a line that will be written.
inline void prefetch_for_write(const void* address) {
  __builtin_prefetch(address, 1);
  asm volatile("");
}

}  // namespace logq::base
