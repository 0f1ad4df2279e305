// WorkingDirectory: a directory of the collector's, made when missing and held by one collector.
//
// The hold is a lock on a file in it, so it ends with the process, however that ends. Others may
// not open the file: whoever may read it could lock it too, and so keep the collector from
// starting.
#pragma once

#include <string>

#include "base/unique_fd.h"
#include "logq/result.h"

namespace logq::collect {

// The lock's name in a directory of journal files.
inline constexpr const char* kStorageLock = "logqd.lock";

class WorkingDirectory {
 public:
  // Errors: kInvalidArgument when the directory belongs to another user, kBusy when another
  // collector holds it, kSystem.
  static Result<WorkingDirectory> hold(const std::string& path, const std::string& lock_name);

  // Writes `text` into the lock file: a pid, for those who want to signal the holder.
  Result<void> write(const std::string& text);
  // Removes the lock file, at a clean end.
  void remove_lock_file() const;

 private:
  WorkingDirectory(base::UniqueFd lock, std::string lock_path)
      : lock_(std::move(lock)),
        lock_path_(std::move(lock_path)) {}

  base::UniqueFd lock_;
  std::string lock_path_;
};

}  // namespace logq::collect
