#include "collect/working_directory.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/io.h"
#include "base/try.h"

namespace logq::collect {
namespace {

// logq looks whether the lock is held by taking it for a moment.
constexpr int kAttempts = 20;
constexpr useconds_t kPauseUsec = 5'000;

Result<void> check_owner(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) < 0) return fail(Error::system(errno, "stat"));
  if (!S_ISDIR(status.st_mode)) return fail(Error::system(ENOTDIR, "open directory"));
  if (status.st_uid != ::geteuid()) {
    return fail(Error::make(Errc::kInvalidArgument, "directory belongs to another user"));
  }
  return {};
}

// Whether the file we locked is still the one with this name: a predecessor may have removed it
// between our open and our lock.
bool is_current(int fd, const std::string& path) {
  struct stat locked {};
  struct stat named {};
  return ::fstat(fd, &locked) == 0 && ::stat(path.c_str(), &named) == 0 &&
         locked.st_ino == named.st_ino && locked.st_dev == named.st_dev;
}

}  // namespace

Result<WorkingDirectory> WorkingDirectory::hold(const std::string& path,
                                                const std::string& lock_name) {
  LOGQ_TRY(base::make_directories(path, ::geteuid() == 0 ? 0755 : 0700));
  LOGQ_TRY(check_owner(path));
  const std::string lock_path = path + "/" + lock_name;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    base::UniqueFd lock = LOGQ_TRY(base::open_file(lock_path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
    if (::fchmod(lock.get(), 0600) < 0) return fail(Error::system(errno, "fchmod"));
    const bool locked = ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0;
    if (!locked && errno != EWOULDBLOCK) return fail(Error::system(errno, "flock"));
    if (!locked) ::usleep(kPauseUsec);
    if (locked && is_current(lock.get(), lock_path)) {
      return WorkingDirectory(std::move(lock), lock_path);
    }
  }
  return fail(Error::make(Errc::kBusy, "another logqd works here"));
}

Result<void> WorkingDirectory::write(const std::string& text) {
  if (::ftruncate(lock_.get(), 0) < 0) return fail(Error::system(errno, "ftruncate"));
  return base::write_all(lock_.get(), text);
}

void WorkingDirectory::remove_lock_file() const {
  std::ignore = ::unlink(lock_path_.c_str());
}

}  // namespace logq::collect
