// Salvage: turns a journal file that was not closed into an archive that is whole.
//
// The original stays until the archive is durable under its final name, which follows from the
// entries alone. A crash at any point is therefore followed by the same work and the same result.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "journal/file_writer.h"
#include "logq/id128.h"
#include "logq/result.h"

namespace logq::journal {

struct SalvageReport {
  std::uint64_t entries = 0;  // found sound
  std::uint64_t damaged = 0;  // found in part: left out
  SequencePosition sequence;  // after the last of them; a null id when the file told nothing
  std::uint64_t claimed_tail_seqnum = 0;
  Id128 tail_boot_id;                      // of the last of them; without any, of the file's begin
  bool complete = false;                   // as many as the header claims
  std::string path;                        // where the entries are now; empty when there were none
  std::optional<Error> set_aside_because;  // `path` is the original, renamed to `.journal~`
};

// Salvages `path`, an active file (`base.journal`) that nobody writes. Afterwards there is no file
// of that name. The original is removed when the archive has all that a reader could get out of it;
// otherwise it is kept as `.journal~` beside the archive: an entry is only partly there, or a page
// cannot be read. A file that yields nothing, or for whose entries there is no room, is set aside
// in the same way; so is one made to waste time: with more steps back in time than damage explains,
// or with small entries that unpack to terabytes (unclean_file.h). Fails only when not even that
// can be done.
Result<SalvageReport> salvage(const std::string& path, const WriterOptions& options);

// Removes what an interrupted salvage or creation of `path` has left behind.
void remove_leftovers(const std::string& path);

}  // namespace logq::journal
