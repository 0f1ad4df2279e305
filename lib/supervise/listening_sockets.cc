#include "supervise/listening_sockets.h"

#include <fcntl.h>
#include <mqueue.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "base/io.h"
#include "supervise/account.h"
#include "supervise/socket_options.h"

namespace logq::supervise {
namespace {

using ListenerKind = Listener::Kind;
using SocketStep = std::optional<SocketFailure>;

int socket_type(ListenerKind kind) {
  if (kind == ListenerKind::kNetlink) return SOCK_RAW;
  if (kind == ListenerKind::kDatagram) return SOCK_DGRAM;
  return kind == ListenerKind::kSequentialPacket ? SOCK_SEQPACKET : SOCK_STREAM;
}

// For numbers of unit files, which may be larger than what the kernel can be told.
template <typename Number>
int capped(Number number) {
  return static_cast<int>(std::min<Number>(number, std::numeric_limits<int>::max()));
}

// 0, or an errno.
int bind_socket(int fd, const NativeAddress& address, const std::string& node) {
  if (::bind(fd, address.get(), address.size) == 0) return 0;
  const int error = errno;
  if (error != EADDRINUSE || node.empty() || !is_stale_socket(node, address)) return error;
  ::unlink(node.c_str());
  return ::bind(fd, address.get(), address.size) == 0 ? 0 : errno;
}

void set_blocking(int fd, bool blocks) {
  const int flags = ::fcntl(fd, F_GETFL);
  ::fcntl(fd, F_SETFL, blocks ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

// Whether there was something. The socket does not block.
bool discard_one(int fd) {
  int accepts = 0;
  socklen_t size = sizeof accepts;
  ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size);
  if (accepts != 0) {
    return base::UniqueFd(::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC)).is_open();
  }
  std::array<char, 4096> piece;
  return ::read(fd, piece.data(), piece.size()) >= 0;
}

}  // namespace

std::string SocketFailure::text() const {
  std::array<char, 128> buffer{};
  return address + ": " + step + ": " + ::strerror_r(sys_errno, buffer.data(), buffer.size());
}

// Opens one after the other into a ListeningSockets, which cleans up after a failure.
class ListeningSockets::Opener {
 public:
  Opener(const SocketUnit& unit, ListeningSockets& opened) : unit_(unit), opened_(opened) {}

  SocketStep open_all() {
    if (SocketStep failure = find_owner()) return failure;
    for (const Listener& listener : unit_.listeners) {
      if (SocketStep failure = open_one(listener)) return failure;
    }
    make_symlinks();
    return std::nullopt;
  }

 private:
  SocketStep find_owner() {
    const SocketNodes& nodes = unit_.nodes;
    if (!nodes.user.empty()) {
      const auto account = find_account(nodes.user);
      if (!account) return SocketFailure{nodes.user, "look up user", ESRCH};
      owner_ = {account->uid, account->gid};
    }
    if (!nodes.group.empty()) {
      const auto group = find_group(nodes.group);
      if (!group) return SocketFailure{nodes.group, "look up group", ESRCH};
      owner_.gid = *group;
    }
    return std::nullopt;
  }

  SocketStep open_one(const Listener& listener) {
    switch (listener.kind) {
      case ListenerKind::kStream:
      case ListenerKind::kDatagram:
      case ListenerKind::kSequentialPacket:
      case ListenerKind::kNetlink:
        return open_socket(listener);
      case ListenerKind::kFifo:
        return open_fifo(listener.address.path);
      case ListenerKind::kSpecial:
        return open_special(listener.address.path);
      case ListenerKind::kMessageQueue:
        return open_message_queue(listener.address.path);
      case ListenerKind::kOther:
        break;
    }
    return std::nullopt;
  }

  SocketStep open_socket(const Listener& listener) {
    const std::string shown = listener.address.text();
    const auto failed = [&shown](std::string step, int error) {
      return SocketFailure{shown, std::move(step), error};
    };
    auto address = native_address(listener.address);
    if (!address) return failed("look up " + listener.address.zone, address.error().sys_errno);
    const base::UniqueFd& fd = opened_.descriptors_.emplace_back(make_socket(listener, *address));
    if (!fd.is_open()) return failed("socket", errno);
    if (SocketStep failure = set_options(fd.get(), shown)) return failure;

    const std::string node = listener.node();
    if (const int error = make_parents_of(node); error != 0) return failed("mkdir", error);
    if (const int error = bind_socket(fd.get(), *address, node); error != 0) {
      return failed("bind", error);
    }
    if (const int error = take_node(node); error != 0) return failed("set owner and mode", error);
    const bool listens =
        !listener.can_accept() || ::listen(fd.get(), capped(unit_.options.backlog)) == 0;
    return listens ? std::nullopt : SocketStep(failed("listen", errno));
  }

  // A bare port is one of IPv4 where the kernel has no IPv6.
  base::UniqueFd make_socket(const Listener& listener, NativeAddress& address) {
    using Family = SocketAddress::Family;
    const int type = socket_type(listener.kind) | SOCK_CLOEXEC;
    const bool is_netlink = listener.kind == ListenerKind::kNetlink;
    const int protocol = is_netlink                   ? static_cast<int>(listener.address.context)
                         : listener.address.is_inet() ? unit_.options.protocol
                                                      : 0;
    base::UniqueFd fd(::socket(address.family(), type, protocol));
    const bool is_port = listener.address.family == Family::kPort;
    if (fd.is_open() || errno != EAFNOSUPPORT || !is_port) return fd;
    SocketAddress any = listener.address;
    any.family = Family::kInet4;
    if (const auto native = native_address(any)) address = *native;
    return base::UniqueFd(::socket(AF_INET, type, protocol));
  }

  SocketStep set_options(int fd, const std::string& shown) {
    auto failures = set_binding_options(fd, unit_.options);
    for (const OptionFailure& other : set_socket_options(fd, unit_.options))
      failures.push_back(other);
    for (const OptionFailure& failure : failures) {
      SocketFailure told{shown, std::string(failure.key), failure.sys_errno};
      if (is_fatal(failure)) return told;
      opened_.warnings_.push_back(std::move(told));
    }
    return std::nullopt;
  }

  [[nodiscard]] int make_parents_of(const std::string& node) const {
    return node.empty() ? 0 : make_parents(node, unit_.nodes.directory_mode);
  }

  int take_node(const std::string& node) {
    if (node.empty()) return 0;
    if (const int error = opened_.nodes_.add(node); error != 0) return error;
    return own_node(node, owner_, unit_.nodes.mode);
  }

  SocketStep open_fifo(const std::string& path) {
    const auto failed = [&path](const char* step, int error) {
      return SocketFailure{path, step, error};
    };
    if (const int error = make_parents_of(path); error != 0) return failed("mkdir", error);
    const bool is_made = ::mkfifo(path.c_str(), unit_.nodes.mode & 0777) == 0;
    if (!is_made && errno != EEXIST) return failed("mkfifo", errno);
    if (const int error = is_made ? 0 : trouble_with_fifo(path); error != 0) {
      return failed("mkfifo", error);
    }
    // Of one that was there already it is not for us to say that nobody needs it, should another
    // socket fail.
    if (is_made || unit_.nodes.are_removed_on_stop) std::ignore = opened_.nodes_.add(path);
    if (const int error = own_node(path, owner_, unit_.nodes.mode); error != 0) {
      return failed("set owner and mode", error);
    }
    // For writing, too, so that it does not end when the last writer has gone.
    auto fd = base::open_file(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
    if (!fd) return failed("open", fd.error().sys_errno);
    set_blocking(fd->get(), true);
    const std::uint64_t size = unit_.options.pipe_size;
    if (size > 0 && ::fcntl(fd->get(), F_SETPIPE_SZ, capped(size)) < 0) {
      opened_.warnings_.push_back(failed("PipeSize", errno));
    }
    opened_.descriptors_.push_back(*std::move(fd));
    return std::nullopt;
  }

  // Nothing of it is made or removed by us.
  SocketStep open_special(const std::string& path) {
    const int access = unit_.is_special_writable ? O_RDWR : O_RDONLY;
    auto fd = base::open_file(path, access | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
    if (!fd) return SocketFailure{path, "open", fd.error().sys_errno};
    struct stat status {};
    const bool is_special =
        ::fstat(fd->get(), &status) == 0 && (S_ISREG(status.st_mode) || S_ISCHR(status.st_mode));
    if (!is_special) return SocketFailure{path, "open", EEXIST};
    set_blocking(fd->get(), true);
    opened_.descriptors_.push_back(*std::move(fd));
    return std::nullopt;
  }

  SocketStep open_message_queue(const std::string& name) {
    const auto failed = [&name](int error) { return SocketFailure{name, "mq_open", error}; };
    mq_attr sizes{};
    sizes.mq_maxmsg = unit_.message_queue.messages;
    sizes.mq_msgsize = unit_.message_queue.message_size;
    const bool has_sizes = sizes.mq_maxmsg > 0 && sizes.mq_msgsize > 0;
    const mode_t mode = unit_.nodes.mode & 0777;
    constexpr int kAccess = O_RDONLY | O_CLOEXEC | O_CREAT;
    base::UniqueFd fd(
        ::mq_open(name.c_str(), kAccess | O_EXCL, mode, has_sizes ? &sizes : nullptr));
    const bool is_made = fd.is_open();
    if (!is_made && errno != EEXIST) return failed(errno);
    if (!is_made) fd = base::UniqueFd(::mq_open(name.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.is_open()) return failed(errno);
    if (is_made || unit_.nodes.are_removed_on_stop) opened_.queues_.push_back(name);
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return failed(errno);
    // What somebody else has put there he may read and write.
    if (status.st_uid != ::geteuid()) return failed(EEXIST);
    if (::fchmod(fd.get(), mode) != 0) return failed(errno);  // whatever the umask
    opened_.descriptors_.push_back(std::move(fd));
    return std::nullopt;
  }

  // Why one that is there cannot be ours: what somebody else has put there he may read and write.
  [[nodiscard]] int trouble_with_fifo(const std::string& path) const {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return errno;
    if (!S_ISFIFO(status.st_mode)) return EEXIST;
    return status.st_uid == ::geteuid() || status.st_uid == owner_.uid ? 0 : EPERM;
  }

  void make_symlinks() {
    const auto has_node = [](const Listener& listener) { return !listener.node().empty(); };
    const auto target = std::ranges::find_if(unit_.listeners, has_node);
    if (target == unit_.listeners.end()) return;
    const auto other =
        unit_.nodes.are_removed_on_stop ? InPlaceOfLink::kIsReplaced : InPlaceOfLink::kIsKept;
    for (const std::string& link : unit_.nodes.symlinks) {
      int error = make_parents_of(link);
      if (error == 0) error = make_symlink(target->node(), link, other);
      if (error == 0) error = opened_.nodes_.add(link);
      if (error != 0) opened_.warnings_.push_back({link, "symlink", error});
    }
  }

  const SocketUnit& unit_;
  ListeningSockets& opened_;
  NodeOwner owner_;
};

tl::expected<ListeningSockets, SocketFailure> ListeningSockets::open(const SocketUnit& unit) {
  ListeningSockets opened;
  opened.name_ = descriptor_name_of(unit);
  opened.removes_nodes_ = true;  // until all are there
  if (SocketStep failure = Opener(unit, opened).open_all())
    return tl::unexpected(*std::move(failure));
  opened.removes_nodes_ = unit.nodes.are_removed_on_stop;
  return opened;
}

ListeningSockets& ListeningSockets::operator=(ListeningSockets&& other) noexcept {
  if (this == &other) return *this;
  close();
  descriptors_ = std::move(other.descriptors_);
  name_ = std::move(other.name_);
  warnings_ = std::move(other.warnings_);
  nodes_ = std::move(other.nodes_);
  queues_ = std::move(other.queues_);
  removes_nodes_ = other.removes_nodes_;
  return *this;
}

void ListeningSockets::flush() {
  constexpr int kMostPieces = 4096;  // a flood must not hold us up
  for (const base::UniqueFd& fd : descriptors_) {
    set_blocking(fd.get(), false);
    for (int pieces = 0; pieces < kMostPieces && discard_one(fd.get());)
      ++pieces;
    set_blocking(fd.get(), true);
  }
}

void ListeningSockets::make_blocking() {
  for (const base::UniqueFd& fd : descriptors_)
    set_blocking(fd.get(), true);
}

void ListeningSockets::make_nonblocking() {
  for (const base::UniqueFd& fd : descriptors_)
    set_blocking(fd.get(), false);
}

void ListeningSockets::close() {
  descriptors_.clear();
  if (!removes_nodes_) return;
  nodes_.remove_all();
  for (const std::string& queue : std::exchange(queues_, {}))
    ::mq_unlink(queue.c_str());
}

}  // namespace logq::supervise
