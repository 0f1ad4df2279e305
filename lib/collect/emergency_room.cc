#include "collect/emergency_room.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/io.h"
#include "base/try.h"
#include "collect/filesystem_space.h"
#include "collect/limits.h"

namespace logq::collect {
namespace {

constexpr const char* kProbeName = "/logqd.probe";

std::uint64_t reserve_of(const FilesystemSpace& space) {
  return std::min(kRoomReserveBytes, space.bytes / kRoomReservePart);
}

}  // namespace

Result<journal::VacuumReport> make_emergency_room(const std::string& directory,
                                                  const journal::StorageSettings& settings,
                                                  bool is_quota) {
  const FilesystemSpace space = filesystem_space(directory);
  const journal::StorageLimits limits = journal::storage_limits(settings, space.bytes);
  const std::uint64_t used = LOGQ_TRY(journal::disk_usage_without_subdirectories(directory));
  const std::uint64_t free = is_quota ? 0 : space.free_bytes;
  const std::uint64_t wanted = reserve_of(space);
  const std::uint64_t missing = wanted > free ? wanted - free : 0;
  const std::uint64_t floor = std::max(limits.min_use_bytes, limits.max_use_bytes / 2);
  journal::VacuumLimits vacuum;
  vacuum.max_bytes = std::max(floor, used > missing ? used - missing : 0);
  if (missing == 0 || used <= vacuum.max_bytes) return journal::VacuumReport{};
  return journal::vacuum_directory(directory, vacuum);
}

Result<void> probe_room(const std::string& directory, std::uint64_t bytes) {
  LOGQ_TRY(base::make_directories(directory, ::geteuid() == 0 ? 0755 : 0700));
  const std::string path = directory + kProbeName;
  std::ignore = ::unlink(path.c_str());  // of one that was killed in here
  const auto fd = LOGQ_TRY(base::open_file(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
  std::ignore = ::unlink(path.c_str());
  const FilesystemSpace space = filesystem_space(directory);
  const std::uint64_t wanted = std::max<std::uint64_t>(bytes + reserve_of(space), 1);
  if (::fallocate(fd.get(), 0, 0, static_cast<off_t>(wanted)) < 0) {
    // Some network file systems cannot allocate.
    const int reason = errno == EOPNOTSUPP && space.free_bytes < wanted ? ENOSPC : errno;
    if (reason != EOPNOTSUPP) return fail(Error::system(reason, "allocate"));
  }
  LOGQ_TRY(base::write_all(fd.get(), "room?"));
  if (::fsync(fd.get()) < 0) return fail(Error::system(errno, "fsync"));
  return {};
}

}  // namespace logq::collect
