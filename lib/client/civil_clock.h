// A point in time as date and time of day, in digits. Takes no lock, which libc's functions do: a
// fork may leave it locked in the child for good.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace logq::client {

// Appends "2026-11-22", `between` and "09:38:23.123456", with `decimals` of 3 or 6.
struct CivilForm {
  char between = 'T';
  int decimals = 6;
};
void append_civil_time(std::uint64_t realtime_usec,
                       std::int64_t utc_offset_seconds,
                       CivilForm form,
                       std::string& out);

// How far the local time is ahead of UTC. Asks libc, which does lock, once a quarter of an hour:
// zones change at full quarters only. Thread-safe.
class LocalOffset {
 public:
  std::int64_t seconds_at(std::uint64_t realtime_usec);

 private:
  // The quarter it was asked for, and the answer in its lowest bits; relaxed, it is one word.
  std::atomic<std::uint64_t> known_{UINT64_MAX};
};

}  // namespace logq::client
