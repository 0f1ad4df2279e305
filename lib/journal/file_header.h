// The header of a journal file, read once, for those who only want to know what a file says it is.
#pragma once

#include <string>

#include "journal/format.h"
#include "logq/result.h"

namespace logq::journal {

// Fields that the file's header is too old to have are zero. kCorrupt when it is no journal file,
// kTruncated when it ends early. Everything else about it is unchecked.
Result<Header> read_file_header(const std::string& path);

}  // namespace logq::journal
