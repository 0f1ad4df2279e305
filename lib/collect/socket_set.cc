#include "collect/socket_set.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include <systemd/sd-daemon.h>

#include "base/io.h"
#include "base/try.h"
#include "collect/control_message.h"

namespace logq::collect {
namespace {

constexpr const char* kQueueLimitPath = "/proc/sys/net/unix/max_dgram_qlen";
constexpr std::uint64_t kQueueLimit = 512;
constexpr int kReceiveBufferBytes = 8 << 20;

std::string address_of(int fd) {
  sockaddr_un address{};
  socklen_t size = sizeof(address);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) < 0) return {};
  if (address.sun_family != AF_UNIX || size <= offsetof(sockaddr_un, sun_path)) return {};
  const std::size_t length = size - offsetof(sockaddr_un, sun_path);
  return {address.sun_path, ::strnlen(address.sun_path, length)};
}

int integer_option(int fd, int option) {
  int value = -1;
  socklen_t size = sizeof(value);
  if (::getsockopt(fd, SOL_SOCKET, option, &value, &size) < 0) return -1;
  return value;
}

bool is_audit_socket(int fd) {
  return integer_option(fd, SO_DOMAIN) == AF_NETLINK &&
         integer_option(fd, SO_PROTOCOL) == NETLINK_AUDIT;
}

// Keeps a passed descriptor that is one of ours.
void sort_in(base::UniqueFd fd, std::string_view fd_name, SocketSet& sockets) {
  const std::string address = address_of(fd.get());
  const std::string name = address.substr(address.rfind('/') + 1);
  const int type = integer_option(fd.get(), SO_TYPE);
  const bool listens = integer_option(fd.get(), SO_ACCEPTCONN) == 1;
  if (is_audit_socket(fd.get()) && !sockets.audit.is_open()) {
    sockets.audit = std::move(fd);
  } else if (type == SOCK_DGRAM && name == "socket" && !sockets.native.is_open()) {
    sockets.native = std::move(fd);
  } else if (type == SOCK_DGRAM && name == "dev-log" && !sockets.syslog.is_open()) {
    sockets.syslog = std::move(fd);
  } else if (type == SOCK_SEQPACKET && name == "logq" && listens && !sockets.batches.is_open()) {
    sockets.batches = std::move(fd);
  } else if (type == SOCK_STREAM && name == "stdout" && listens && !sockets.streams.is_open()) {
    sockets.streams = std::move(fd);
  } else if (type == SOCK_STREAM && name == "io.systemd.journal" && listens &&
             !sockets.control.is_open()) {
    sockets.control = std::move(fd);
  } else if (type == SOCK_STREAM && name == "stdout" && !listens) {
    // An accepted socket has the address of the one that listened.
    sockets.connections.push_back({std::move(fd), std::string(fd_name)});
  } else {
    ++sockets.passed_unknown;
  }
}

Result<void> remove_stale(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) < 0) {
    if (errno == ENOENT) return {};
    return fail(Error::system(errno, "lstat"));
  }
  if (!S_ISSOCK(status.st_mode)) {
    return fail(Error::make(Errc::kBusy, "a file that is no socket has the socket's name"));
  }
  if (::unlink(path.c_str()) < 0) return fail(Error::system(errno, "unlink"));
  return {};
}

Result<base::UniqueFd> bind_socket(const std::string& path, int type) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return fail(Error::make(Errc::kInvalidArgument, "socket path too long"));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  LOGQ_TRY(remove_stale(path));
  base::UniqueFd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.is_open()) return fail(Error::system(errno, "socket"));
  enable_control(fd.get());
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::bind(fd.get(), generic, sizeof(address)) < 0) return fail(Error::system(errno, "bind"));
  if (::chmod(path.c_str(), 0666) < 0) return fail(Error::system(errno, "chmod"));
  if (type != SOCK_DGRAM && ::listen(fd.get(), SOMAXCONN) < 0) {
    return fail(Error::system(errno, "listen"));
  }
  return fd;
}

// Makes those that were not passed in.
Result<void> bind_missing(const std::string& runtime_dir, SocketSet& sockets) {
  struct Wanted {
    base::UniqueFd& fd;
    const char* name;
    int type;
  };
  for (const Wanted& wanted : {Wanted{sockets.native, "/socket", SOCK_DGRAM},
                               Wanted{sockets.syslog, "/dev-log", SOCK_DGRAM},
                               Wanted{sockets.control, "/io.systemd.journal", SOCK_STREAM},
                               Wanted{sockets.batches, "/logq", SOCK_SEQPACKET},
                               Wanted{sockets.streams, "/stdout", SOCK_STREAM}}) {
    if (wanted.fd.is_open()) continue;
    wanted.fd = LOGQ_TRY(bind_socket(runtime_dir + wanted.name, wanted.type));
    sockets.own_paths.push_back(runtime_dir + wanted.name);
  }
  return {};
}

void make_nonblocking(const base::UniqueFd& fd) {
  const int flags = ::fcntl(fd.get(), F_GETFL);
  if (flags >= 0) std::ignore = ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK);
}

void prepare(const base::UniqueFd& fd) {
  enable_control(fd.get());
  make_nonblocking(fd);
  std::ignore = ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &kReceiveBufferBytes,
                             sizeof(kReceiveBufferBytes));
}

}  // namespace

Result<SocketSet> take_passed_sockets() {
  // Names are of little use: where they do not fit the descriptors we do without.
  char** names = nullptr;
  const int named = sd_listen_fds_with_names(0, &names);
  const int passed = sd_listen_fds(1);
  if (passed < 0) return fail(Error::system(-passed, "LISTEN_FDS"));
  SocketSet sockets;
  sockets.any_passed = passed > 0;
  for (int i = 0; i < passed; ++i) {
    const bool has_name = i < named && names != nullptr;
    sort_in(base::UniqueFd(SD_LISTEN_FDS_START + i), has_name ? names[i] : "", sockets);
  }
  for (int i = 0; i < named && names != nullptr; ++i)
    std::free(names[i]);
  std::free(names);
  return sockets;
}

Result<void> open_missing_sockets(const std::string& runtime_dir, SocketSet& sockets) {
  const auto bound = bind_missing(runtime_dir, sockets);
  if (!bound.has_value()) {
    for (const std::string& path : sockets.own_paths)
      std::ignore = ::unlink(path.c_str());
    return fail(bound.error());
  }
  prepare(sockets.native);
  prepare(sockets.syslog);
  prepare(sockets.batches);
  prepare(sockets.streams);
  make_nonblocking(sockets.control);
  for (const base::UniqueFd* fd :
       {&sockets.syslog, &sockets.batches, &sockets.streams, &sockets.control})
    refuse_descriptors(fd->get());
  return {};
}

std::uint64_t raise_datagram_queue_limit() {
  const auto read_limit = [] {
    std::uint64_t limit = 0;
    const auto text = base::read_small_file(kQueueLimitPath, 64);
    if (text.has_value()) std::from_chars(text->data(), text->data() + text->size(), limit);
    return limit;
  };
  const std::uint64_t before = read_limit();
  if (before >= kQueueLimit || before == 0) return before;
  if (auto file = base::open_file(kQueueLimitPath, O_WRONLY)) {
    std::ignore = base::write_all(file->get(), std::to_string(kQueueLimit));
  }
  return read_limit();
}

}  // namespace logq::collect
