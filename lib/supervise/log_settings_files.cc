#include "supervise/log_settings_files.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/io.h"
#include "base/try.h"
#include "wire/log_settings.h"

namespace logq::supervise {
namespace {

constexpr int kAttempts = 20;
// The collector reads them, who need not be of our user; nobody else can get at them.
constexpr mode_t kMode = 0644;

std::string directory_of(const std::string& path) {
  return path.substr(0, path.rfind('/') + 1);
}

// The mode of one that we have not made is left alone: it could be anything.
Result<base::UniqueFd> open_or_make(int directory, const std::string& name) {
  auto made = base::open_file_at(directory, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, kMode);
  if (!made && made.error().sys_errno == EEXIST)
    return base::open_file_at(directory, name, O_RDWR | O_NOFOLLOW);
  if (made) ::fchmod(made->get(), kMode);  // whatever the umask
  return made;
}

// Whether a file that is open is the one of this name, which may have been removed since.
bool has_name(int fd, int directory, const std::string& name) {
  struct stat open {};
  struct stat named {};
  return ::fstat(fd, &open) == 0 &&
         ::fstatat(directory, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

// systemd 252 leaves no 0 either: the collector's own limit holds.
bool says_something(const LogSettings& settings, std::string_view key) {
  if (key == "LogLevelMax") return settings.max_level.has_value();
  if (key == "LogExtraFields") return !settings.extra_fields.empty();
  if (key == "LogRateLimitBurst") return settings.rate_burst.value_or(0) != 0;
  return settings.rate_interval_usec.value_or(0) != 0;
}

}  // namespace

std::vector<KeyPlace> collector_keys(const LogSettings& settings) {
  std::vector<KeyPlace> keys = settings.collector_keys;
  std::erase_if(keys, [&](const KeyPlace& place) { return !says_something(settings, place.key); });
  return keys;
}

std::string LogSettingsFiles::directory_beside(const std::string& stdout_socket) {
  return directory_of(stdout_socket) + std::string(wire::kSettingsDirectory);
}

Result<void> LogSettingsFiles::leave(const std::string& stdout_socket) {
  if (collector_keys(unit_.log).empty()) return {};
  const std::string path = directory_beside(stdout_socket);
  if (is_left_in(path)) return {};
  take_back();
  LOGQ_TRY(open_directory(path));
  LOGQ_TRY(hold());
  const auto written = write_all();
  if (!written) take_back();
  return written;
}

// Also where the collector's directory has been made anew meanwhile.
bool LogSettingsFiles::is_left_in(const std::string& path) const {
  return holder_.is_open() && path == path_ &&
         has_name(holder_.get(), AT_FDCWD, path + "/" + name_of(wire::kSettingsHolder));
}

// It may be another user's, of a collector that is. So nothing that he puts there is followed, and
// nothing is written to a file that we have not made.
Result<void> LogSettingsFiles::open_directory(const std::string& path) {
  directory_ = LOGQ_TRY(base::open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  path_ = path;
  return {};
}

// The file may be one that was left by somebody who is gone, and may be removed by him meanwhile.
Result<void> LogSettingsFiles::hold() {
  const std::string name = name_of(wire::kSettingsHolder);
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    holder_ = LOGQ_TRY(open_or_make(directory_.get(), name));
    const bool is_locked = ::fcntl(holder_.get(), F_OFD_SETLK, &lock) == 0;
    const int reason = errno;
    if (is_locked && is_current()) return {};
    holder_.reset();
    if (!is_locked && reason != EAGAIN && reason != EACCES)
      return fail(Error::system(reason, "lock"));
    if (!is_locked) break;
  }
  return fail(Error::make(Errc::kBusy, "another logq-run has set them"));
}

Result<void> LogSettingsFiles::write_all() const {
  remove_all();
  const LogSettings& log = unit_.log;
  if (log.max_level)
    LOGQ_TRY(write_link(wire::kLevelMaxLink, static_cast<std::uint64_t>(*log.max_level)));
  if (log.rate_interval_usec.value_or(0) != 0)
    LOGQ_TRY(write_link(wire::kRateIntervalLink, *log.rate_interval_usec));
  if (log.rate_burst.value_or(0) != 0) LOGQ_TRY(write_link(wire::kRateBurstLink, *log.rate_burst));
  if (log.extra_fields.empty()) return {};
  return write_file(wire::kExtraFieldsFile, wire::encode_extra_fields(log.extra_fields));
}

Result<void> LogSettingsFiles::write_link(std::string_view name, std::uint64_t value) const {
  if (::symlinkat(std::to_string(value).c_str(), directory_.get(), name_of(name).c_str()) == 0)
    return {};
  return fail(Error::system(errno, "symlink"));
}

// The collector may look at any time: it finds all of it or nothing.
Result<void> LogSettingsFiles::write_file(std::string_view name, const std::string& bytes) const {
  const std::string final_name = name_of(name);
  const std::string temporary = name_of("new:");
  ::unlinkat(directory_.get(), temporary.c_str(), 0);
  const base::UniqueFd file = LOGQ_TRY(base::open_file_at(
      directory_.get(), temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, kMode));
  ::fchmod(file.get(), kMode);  // whatever the umask
  LOGQ_TRY(base::write_all(file.get(), bytes));
  if (::renameat(directory_.get(), temporary.c_str(), directory_.get(), final_name.c_str()) == 0)
    return {};
  return fail(Error::system(errno, "rename"));
}

bool LogSettingsFiles::is_current() const {
  return has_name(holder_.get(), directory_.get(), name_of(wire::kSettingsHolder));
}

void LogSettingsFiles::remove_all() const {
  for (const std::string_view name : wire::kLogSettingNames)
    ::unlinkat(directory_.get(), name_of(name).c_str(), 0);
}

void LogSettingsFiles::take_back() {
  if (holder_.is_open() && is_current()) {
    remove_all();
    ::unlinkat(directory_.get(), name_of(wire::kSettingsHolder).c_str(), 0);
  }
  holder_.reset();
  directory_.reset();
}

std::string LogSettingsFiles::name_of(std::string_view prefix) const {
  return std::string(prefix) + unit_.name;
}

}  // namespace logq::supervise
