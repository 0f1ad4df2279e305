// The header of one journal file as text: what `journalctl --header` prints for it.
#pragma once

#include <string>

#include "logq/result.h"

namespace logq::journal {

// Lines "Name: value", each with its newline; no empty line behind. Times are in the local zone.
// Lines for fields that the file's header is too old to have are left out.
// Errors: kSystem, and what check_header() says of a header that is none.
Result<std::string> describe_header(const std::string& path);

}  // namespace logq::journal
