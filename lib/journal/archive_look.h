// What a look into an archive that is known by its name tells: its header and the hash buckets of
// what is sought, by a handful of system calls. Most archives have nothing for a rare match, and
// are not opened further.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "journal/archive_series.h"
#include "journal/match.h"

namespace logq::journal {

enum class ArchiveLook : std::uint8_t {
  kMayMatch,
  kCannotMatch,
  kGone,   ///< there is no such file any more
  kOther,  ///< not what its name says, or it cannot be read
};

// At each of them, in their order; of many on all processors.
std::vector<ArchiveLook> look_into(std::span<NamedArchive* const> archives, const Match& match);

}  // namespace logq::journal
