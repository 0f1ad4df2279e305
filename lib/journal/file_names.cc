#include "journal/file_names.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/clock.h"
#include "base/io.h"
#include "base/try.h"
#include "journal/archive_name.h"

namespace logq::journal {

JournalPath JournalPath::split(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::size_t start = slash == std::string::npos ? 0 : slash + 1;
  const std::string name = path.substr(start);
  return {path.substr(0, start), name.substr(0, std::min(name.rfind(".journal"), name.find('@')))};
}

Result<void> rename_without_replacing(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno != EINVAL && errno != ENOSYS) return fail(Error::system(errno, "rename journal file"));
  // File systems that cannot: two names for a moment, never none.
  if (::link(from.c_str(), to.c_str()) < 0) return fail(Error::system(errno, "link journal file"));
  if (::unlink(from.c_str()) < 0) return fail(Error::system(errno, "unlink journal file"));
  return {};
}

Result<std::string> set_aside(const std::string& path) {
  const JournalPath where = JournalPath::split(path);
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, 0) != sizeof random) {
    return fail(Error::system(errno, "getrandom"));
  }
  const std::uint64_t now = base::Clock::system().now().realtime_usec;
  std::string target = where.directory + disposed_name(where.base, now, random);
  LOGQ_TRY(rename_without_replacing(path, target));
  LOGQ_TRY(base::sync_parent_directory(target));
  return target;
}

}  // namespace logq::journal
