// The header of a journal file, read once, for those who only want to know what a file says it is.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "journal/format.h"
#include "logq/id128.h"
#include "logq/result.h"

namespace logq::journal {

// Fields that the file's header is too old to have are zero. kCorrupt when it is no journal file,
// kTruncated when it ends early. Everything else about it is unchecked.
Result<Header> read_file_header(const std::string& path);

// An id as it is stored.
[[nodiscard]] inline Id128 read_id(const std::uint8_t (&stored)[16]) {
  Id128 id;
  std::ranges::copy(stored, id.bytes.begin());
  return id;
}

}  // namespace logq::journal
