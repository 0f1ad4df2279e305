// multilog's status file: one line, the latest, in the place of the one before.
//
// The file has 1001 bytes whatever the line: at most 1000 of the line, newlines behind it. It is
// written in place by one write, so that a reader that maps or reads all of it sees one line or,
// at worst, the beginning of the new one; it is not made durable. Not thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "logq/result.h"

namespace logq::supervise {

class StatusFile {
 public:
  // Makes the file where it is missing, readable by its owner only, as multilog does; what it
  // holds stays until the first line.
  static Result<StatusFile> open(const std::string& path);

  Result<void> keep(std::string_view line);

 private:
  explicit StatusFile(base::UniqueFd fd) : fd_(std::move(fd)) {}

  base::UniqueFd fd_;
  std::string content_;
};

}  // namespace logq::supervise
