// The public reader on a file, for the fuzz target: whatever it is asked, it must agree with the
// journal it stands on.
#pragma once

#include <cstdint>
#include <string>

#include "journal_operations.h"

namespace logq::fuzz {

// Walks, seeks, matches and lists values through logq::JournalReader. `expected` is what
// walk_forward() saw of the same file.
void read_publicly(const std::string& path, const Probe& probe, const Seen& expected);

}  // namespace logq::fuzz
