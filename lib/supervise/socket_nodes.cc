#include "supervise/socket_nodes.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "base/unique_fd.h"

namespace logq::supervise {
namespace {

bool leads_to(const std::string& link, const std::string& target) {
  std::array<char, PATH_MAX> present{};
  const ssize_t size = ::readlink(link.c_str(), present.data(), present.size());
  return size >= 0 && target == std::string_view(present.data(), static_cast<std::size_t>(size));
}

}  // namespace

int make_parents(const std::string& path, mode_t mode) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string directory = path.substr(0, slash);
    struct stat status {};
    if (::stat(directory.c_str(), &status) == 0) continue;
    if (::mkdir(directory.c_str(), mode) != 0) {
      if (errno != EEXIST) return errno;
    } else if (::chmod(directory.c_str(), mode) != 0) {
      return errno;
    }
  }
  return 0;
}

int own_node(const std::string& path, const NodeOwner& owner, mode_t mode) {
  const NodeOwner as_it_is;
  const bool has_owner = owner.uid != as_it_is.uid || owner.gid != as_it_is.gid;
  if (has_owner && ::lchown(path.c_str(), owner.uid, owner.gid) != 0) return errno;
  // Never through a link that somebody has put there meanwhile.
  return ::fchmodat(AT_FDCWD, path.c_str(), mode, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;
}

bool is_stale_socket(const std::string& path, const NativeAddress& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  // To a datagram socket one that listens for connections is of another type, which is an answer.
  const base::UniqueFd probe(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return probe.is_open() && ::connect(probe.get(), address.get(), address.size) != 0 &&
         errno == ECONNREFUSED;
}

int make_symlink(const std::string& target, const std::string& link, InPlaceOfLink other) {
  if (::symlink(target.c_str(), link.c_str()) == 0) return 0;
  if (errno != EEXIST) return errno;
  if (leads_to(link, target)) return 0;
  if (other == InPlaceOfLink::kIsKept || ::unlink(link.c_str()) != 0) return EEXIST;
  return ::symlink(target.c_str(), link.c_str()) == 0 ? 0 : errno;
}

int NodeRecord::add(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return errno;
  nodes_.push_back({path, status.st_dev, status.st_ino});
  return 0;
}

void NodeRecord::remove_all() {
  for (const Node& node : nodes_) {
    struct stat status {};
    const bool is_there = ::lstat(node.path.c_str(), &status) == 0;
    if (is_there && status.st_dev == node.device && status.st_ino == node.inode) {
      ::unlink(node.path.c_str());
    }
  }
  nodes_.clear();
}

}  // namespace logq::supervise
