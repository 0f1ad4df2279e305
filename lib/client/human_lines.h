// An entry for somebody who watches a terminal.
//
//   2026-11-22 10:38:23.123 warn   shop: disk is full FREE=0 PATH="/srv/my files"
//   2026-11-22 10:38:23.124 error  shop: cannot start:
//                                        no such file
//                                        REASON="generic:2: No such file or directory"
//
// Further lines of a message stand below its first, its fields on a line of their own then. Nothing
// in an entry commands the terminal: control characters and what is no UTF-8 are shown as \x1b.
#pragma once

#include <cstdint>

#include "client/encode_buffer.h"
#include "logq/transport.h"

namespace logq::client {

struct HumanStyle {
  std::uint64_t now_usec = 0;  // counts where the entry does not say when it was logged
  std::int64_t utc_offset_seconds = 0;
  bool has_colours = false;  // the level by its importance, time and names of fields dim
};

// The lines in `memory.bytes`.
void encode_human_lines(const Entry& entry, const HumanStyle& style, EncodeMemory& memory);

}  // namespace logq::client
