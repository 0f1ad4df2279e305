#include "supervise/control_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/io.h"
#include "base/try.h"
#include "supervise/runtime_directory.h"

namespace logq::supervise {
namespace {

constexpr int kAttempts = 100;
constexpr int kBacklog = 64;
constexpr std::size_t kLettersAtOnce = 64;
constexpr const char* kSocketName = "socket";

base::UniqueFd open_in(const base::UniqueFd& directory, const char* name, int flags) {
  return base::UniqueFd(
      ::openat(directory.get(), name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600));
}

// Units may have longer names than the address of a socket has room for.
sockaddr_un address_of(const std::string& path, const base::UniqueFd& directory) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::string name = path + "/supervise/" + kSocketName;
  if (name.size() >= sizeof address.sun_path)
    name = "/proc/self/fd/" + std::to_string(directory.get()) + "/" + kSocketName;
  name.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace

Result<std::unique_ptr<ControlDirectory>> ControlDirectory::open(const std::string& path) {
  std::unique_ptr<ControlDirectory> opened(new ControlDirectory(path));
  // Whoever leaves removes it: what was opened may be no directory any more, nor its lock.
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (!LOGQ_TRY(opened->take())) continue;
    LOGQ_TRY(opened->fill());
    return opened;
  }
  return fail(Error::make(Errc::kBusy, "it comes and goes"));
}

// False where it went away meanwhile.
Result<bool> ControlDirectory::take() {
  LOGQ_TRY(make_runtime_subdirectory(path_));
  const std::string inner = path_ + "/supervise";
  if (::mkdir(inner.c_str(), 0700) != 0 && errno != EEXIST) {
    if (errno == ENOENT) return false;
    return fail(Error::system(errno, "make directory"));
  }
  base::UniqueFd directory(::open(inner.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat owner {};
  if (!directory.is_open() || ::fstat(directory.get(), &owner) != 0) {
    if (errno == ENOENT) return false;
    return fail(Error::system(errno, "open directory"));
  }
  if (owner.st_uid != ::geteuid()) return fail(Error::system(EPERM, "somebody else's directory"));
  base::UniqueFd lock = open_in(directory, "lock", O_RDWR | O_CREAT);
  if (!lock.is_open()) {
    if (errno == ENOENT) return false;
    return fail(Error::system(errno, "open lock"));
  }
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(errno == EWOULDBLOCK ? Error::make(Errc::kBusy, "another process has it")
                                     : Error::system(errno, "lock"));
  struct stat held {};
  struct stat named {};
  if (::fstat(lock.get(), &held) != 0 ||
      ::fstatat(directory.get(), "lock", &named, AT_SYMLINK_NOFOLLOW) != 0 ||
      held.st_ino != named.st_ino)
    return false;
  directory_ = std::move(directory);
  lock_ = std::move(lock);
  return true;
}

Result<void> ControlDirectory::fill() {
  control_ = LOGQ_TRY(make_pipe("control"));
  ok_ = LOGQ_TRY(make_pipe("ok"));
  listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener_.is_open()) return fail(Error::system(errno, "socket"));
  ::unlinkat(directory_.get(), kSocketName, 0);
  const sockaddr_un address = address_of(path_, directory_);
  if (::bind(listener_.get(), generic(address), sizeof address) != 0)
    return fail(Error::system(errno, "bind"));
  if (::fchmodat(directory_.get(), kSocketName, 0600, 0) != 0 ||
      ::listen(listener_.get(), kBacklog) != 0)
    return fail(Error::system(errno, "listen"));
  return {};
}

// Open for writing too: so it has no end, whoever comes and goes.
Result<base::UniqueFd> ControlDirectory::make_pipe(const char* name) {
  ::unlinkat(directory_.get(), name, 0);
  if (::mkfifoat(directory_.get(), name, 0600) != 0) return fail(Error::system(errno, "mkfifo"));
  base::UniqueFd pipe = open_in(directory_, name, O_RDWR);
  if (!pipe.is_open()) return fail(Error::system(errno, "open pipe"));
  return pipe;
}

ControlDirectory::~ControlDirectory() {
  remove();
}

void ControlDirectory::remove() {
  if (!lock_.is_open()) return;
  // The lock last: whoever gets it may make the others anew.
  for (const char* name : std::array{"control", "ok", "status", kSocketName, "lock"})
    ::unlinkat(directory_.get(), name, 0);
  ::rmdir((path_ + "/supervise").c_str());
  ::rmdir(path_.c_str());
  lock_.reset();
}

std::string ControlDirectory::read_letters() const {
  std::string letters(kLettersAtOnce, '\0');
  const ssize_t count = ::read(control_.get(), letters.data(), letters.size());
  letters.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return letters;
}

Result<void> ControlDirectory::write_status(const SupervisedState& state) {
  return base::replace_file(path_ + "/supervise/status", encode_supervised_state(state), 0644);
}

Result<base::UniqueFd> connect_to_control(const std::string& path, int patience_seconds) {
  const base::UniqueFd directory =
      LOGQ_TRY(base::open_file(path + "/supervise", O_RDONLY | O_DIRECTORY));
  base::UniqueFd connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!connection.is_open()) return fail(Error::system(errno, "socket"));
  const timeval patience{patience_seconds, 0};
  ::setsockopt(connection.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  ::setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const sockaddr_un address = address_of(path, directory);
  if (::connect(connection.get(), generic(address), sizeof address) != 0)
    return fail(Error::system(errno, "connect"));
  return connection;
}

}  // namespace logq::supervise
