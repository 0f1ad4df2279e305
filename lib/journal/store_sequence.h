// Where the sequence of entry numbers in a directory of journal files stands, told by the files
// that are no longer active.
#pragma once

#include <string>

#include "journal/file_writer.h"

namespace logq::journal {

// After a loss that is not known exactly, numbers go on this far ahead: a follower may have seen
// numbers that are gone, and must not see them again with other entries.
inline constexpr std::uint64_t kSequenceGap = std::uint64_t{1} << 20;

struct SequenceEnd {
  SequencePosition position;
  Id128 boot_id;  // of the last entry of the newest file
};

// The position after the newest of `base@….journal` and `base@….journal~` in `directory`, whichever
// of its sequence has the highest number. Null where there are none. Files that cannot be read
// count with what their names say. Touches nothing.
SequenceEnd find_sequence(const std::string& directory, const std::string& base);

}  // namespace logq::journal
