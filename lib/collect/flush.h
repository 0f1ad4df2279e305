// Copying the entries of one directory of journal files into a store: the long part of a flush.
//
// How far it got is told by a note in the source directory, written before the first entry: the
// number that entry gets. Entries are copied in an order that does not change as others are
// appended to the source, so a successor goes on behind the one whose copy is the store's last.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "journal/store.h"
#include "logq/result.h"

namespace logq::collect {

struct FlushCallbacks {
  std::function<void()> keep_alive;                       // every thousand entries or so
  std::function<void(const std::string& line)> diagnose;  // about damage in the source
  std::function<void(const std::string& path)> damaged;   // a file that was not copied whole
  std::function<bool()> make_room{};  // when the target is full; whether to try again
};

// The file name of the note.
inline constexpr const char* kFlushNote = "flushing";

// Appends every entry of `source` that `target` (the store of `target_directory`) does not have by
// an earlier, interrupted call. Returns how many were appended. Errors: those of the store; what
// was copied by then stays and the next call goes on behind it.
Result<std::uint64_t> copy_entries(const std::string& source,
                                   journal::Store& target,
                                   const std::string& target_directory,
                                   const FlushCallbacks& callbacks);

}  // namespace logq::collect
