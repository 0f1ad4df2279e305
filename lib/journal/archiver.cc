#include "journal/archiver.h"

#include <cerrno>
#include <utility>

#include "base/io.h"

namespace logq::journal {
namespace {

// Each may have a file's worth of memory to write back.
constexpr std::size_t kUnderWayMax = 4;
// Files that failed and are tried again by every wait. Each holds a mapping.
constexpr std::size_t kFailedMax = 8;

}  // namespace

bool Archiver::take(std::shared_ptr<FileWriter> file) {
  const bool waited = worker_.wait_until_at_most(kUnderWayMax - 1);
  worker_.post([this, file = std::move(file)] { finish(file); });
  return waited;
}

void Archiver::finish(const std::shared_ptr<FileWriter>& file) {
  if (!file->finish_archive()) keep(file);
  ++finished_;
}

void Archiver::keep(const std::shared_ptr<FileWriter>& file) {
  const std::lock_guard lock(failed_mutex_);
  if (failed_.size() == kFailedMax) {
    failed_.erase(failed_.begin());
    has_given_up_ = true;
  }
  failed_.push_back(file);
}

Result<void> Archiver::wait() {
  worker_.wait_for_posted();
  const std::lock_guard retrying(retry_mutex_);
  std::vector<std::shared_ptr<FileWriter>> failed;
  Result<void> result;
  {
    const std::lock_guard lock(failed_mutex_);
    failed.swap(failed_);
    if (std::exchange(has_given_up_, false)) {
      result = fail(Error::system(EIO, "a rotated journal file could not be synced"));
    }
  }
  for (const auto& file : failed) {
    if (file->finish_archive()) continue;
    // Not an archive then, but its entries and its name are safe, and the next start finishes it.
    const auto synced =
        file->sync().and_then([&] { return base::sync_parent_directory(file->path()); });
    if (synced) continue;
    result = synced;
    keep(file);
  }
  return result;
}

}  // namespace logq::journal
