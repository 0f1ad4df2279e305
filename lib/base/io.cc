#include "base/io.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/try.h"

namespace logq::base {
namespace {

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Result<UniqueFd> open_file_at(int dir_fd, const std::string& path, int flags, mode_t mode) {
  for (;;) {
    const int fd = ::openat(dir_fd, path.c_str(), flags | O_CLOEXEC, mode);
    if (fd >= 0) return UniqueFd(fd);
    if (errno != EINTR) return fail(Error::system(errno, "open"));
  }
}

Result<UniqueFd> open_file(const std::string& path, int flags, mode_t mode) {
  return open_file_at(AT_FDCWD, path, flags, mode);
}

Result<std::string> read_all(int fd, std::size_t max_bytes) {
  std::string bytes;
  std::array<char, 4096> chunk{};
  while (bytes.size() < max_bytes) {
    const std::size_t want = std::min(chunk.size(), max_bytes - bytes.size());
    const ssize_t n = ::read(fd, chunk.data(), want);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(Error::system(errno, "read"));
    if (n == 0) break;
    bytes.append(chunk.data(), static_cast<std::size_t>(n));
  }
  return bytes;
}

Result<std::string> read_small_file(const std::string& path, std::size_t max_bytes) {
  const UniqueFd fd = LOGQ_TRY(open_file(path, O_RDONLY | O_NOCTTY));
  return read_all(fd.get(), max_bytes);
}

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(Error::system(errno, "write"));
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Result<void> replace_file(const std::string& path,
                          std::string_view bytes,
                          mode_t mode,
                          Durability durability) {
  std::string temporary = path + ".XXXXXX";
  UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd.is_open()) return fail(Error::system(errno, "create temporary file"));
  const auto written = [&]() -> Result<void> {
    LOGQ_TRY(write_all(fd.get(), bytes));
    if (::fchmod(fd.get(), mode) < 0) return fail(Error::system(errno, "chmod"));
    if (durability == Durability::kSynced && ::fsync(fd.get()) < 0) {
      return fail(Error::system(errno, "fsync"));
    }
    LOGQ_TRY(fd.close());
    if (::rename(temporary.c_str(), path.c_str()) < 0) return fail(Error::system(errno, "rename"));
    return {};
  }();
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  if (durability == Durability::kSynced) return sync_parent_directory(path);
  return {};
}

Result<void> sync_parent_directory(const std::string& path) {
  const UniqueFd fd = LOGQ_TRY(open_file(parent_of(path), O_RDONLY | O_DIRECTORY));
  if (::fsync(fd.get()) < 0) return fail(Error::system(errno, "fsync directory"));
  return {};
}

Result<void> make_directories(const std::string& path, mode_t mode) {
  if (path.empty()) return fail(Error::make(Errc::kInvalidArgument, "empty directory name"));
  if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) return {};
  if (errno != ENOENT) return fail(Error::system(errno, "mkdir"));
  LOGQ_TRY(make_directories(parent_of(path), mode));
  if (::mkdir(path.c_str(), mode) < 0 && errno != EEXIST) {
    return fail(Error::system(errno, "mkdir"));
  }
  return {};
}

bool exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

}  // namespace logq::base
