// Verifying many journal files at once, one thread each: verify_file() for every file of a list.
//
// Files are handed out largest first, so that the last thread does not end long after the others.
// Memory is that of as many files as there are threads: some bytes per object of each.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "journal/verify.h"
#include "logq/result.h"

namespace logq::journal {

struct FileVerdict {
  std::string path;
  // Errors: the file could not be looked at; see verify_file().
  Result<VerifyReport> report;
};

// Both are called on the thread that called verify_files(), never at the same time.
struct VerifyListener {
  // How much of all files has been looked at, from 0 to 1 and never less than before; at most ten
  // times a second.
  VerifyProgress progress;
  // Each verdict, in the order of the paths, once those before it are known too.
  std::function<void(const FileVerdict&)> verdict;
};

// The verdicts in the order of `paths`. `threads`: how many may work, at least one does; more than
// there are files are not started. A process that may not start threads does the work on this one.
std::vector<FileVerdict> verify_files(std::span<const std::string> paths,
                                      unsigned threads,
                                      const VerifyListener& listener = {});

}  // namespace logq::journal
