// Where an entry lies in the range of -S and -U.
#pragma once

#include <cstdint>

#include "logq/options/options.h"

namespace logq::cli {

enum class Place : std::uint8_t {
  kWithin,
  kBefore,  ///< not yet in the range: look at the next entry
  kBeyond,  ///< behind the range, in the direction of reading: there is nothing more to find
};

[[nodiscard]] inline Place place_in(const RangeOptions& range,
                                    std::uint64_t realtime_usec,
                                    bool reverse) {
  const bool early = range.since_usec && realtime_usec < *range.since_usec;
  const bool late = range.until_usec && realtime_usec > *range.until_usec;
  if (early) return reverse ? Place::kBeyond : Place::kBefore;
  if (late) return reverse ? Place::kBefore : Place::kBeyond;
  return Place::kWithin;
}

}  // namespace logq::cli
