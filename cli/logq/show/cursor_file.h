// The file of --cursor-file: one cursor, from one run of logq to the next.
#pragma once

#include <optional>
#include <string>

#include "logq/result.h"

namespace logq::cli {

// Nothing when there is no such file yet.
Result<std::optional<std::string>> read_cursor_file(const std::string& path);

// Replaces the file atomically: it holds the old cursor or the new one, also after a crash. What is
// no regular file (/dev/null, a pipe) is written to instead of being replaced.
Result<void> write_cursor_file(const std::string& path, const std::string& cursor);

}  // namespace logq::cli
