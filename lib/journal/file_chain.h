// FileChain: archived files of one sequence whose ranges of numbers lie apart. Entries of a
// sequence go by number, so of a chain only the file whose turn it is takes part in the merge: each
// entry of the others comes later. What overlaps goes into another chain, as files of system and
// users do.
//
// Chains are formed by what headers say and read as far as entries confirm that: before a chain is
// read in a direction, the near end of each member is looked at; while it is read, each entry. A
// member whose header was wrong is no longer trusted, and takes part in every merge from then on.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "journal/file_source.h"

namespace logq::journal {

class FileChain {
 public:
  explicit FileChain(std::vector<FileSource*> members) : members_(std::move(members)) {}

  // The first member in `direction`, seen from the near end, that has a candidate; null when none
  // has. What it learns about the members is told by FileSource::is_trusted().
  FileSource* begin(Direction direction, const BootOrder& boots);
  // The next one behind it, once it has none any more.
  FileSource* advance(Direction direction, const BootOrder& boots);

 private:
  std::vector<FileSource*> members_;  // oldest first
  std::size_t passed_ = 0;            // members, in the direction of travel
};

// As few chains as there can be, each of at least two members; tells each source where it belongs,
// and those of no chain that too.
std::vector<FileChain> form_chains(const std::vector<std::unique_ptr<FileSource>>& sources);

}  // namespace logq::journal
