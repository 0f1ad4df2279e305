// What sockets and FIFOs are in the file system: nodes with an owner and a mode, directories for
// them, links to them. Functions return 0 or an errno.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "supervise/socket_address.h"

namespace logq::supervise {

// (uid_t)-1 leaves the user, (gid_t)-1 the group as it is.
struct NodeOwner {
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
};

// mkdir -p of the directory that holds `path`. Those that are made have that mode, whatever the
// umask.
[[nodiscard]] int make_parents(const std::string& path, mode_t mode);

// Gives a node that was just made its owner and its mode, which the umask has made less until then.
[[nodiscard]] int own_node(const std::string& path, const NodeOwner& owner, mode_t mode);

// Whether the node at a unix address is a socket that nobody has open any more. Who listens there
// notices nothing.
[[nodiscard]] bool is_stale_socket(const std::string& path, const NativeAddress& address);

// A link that is there already is as good; another node is only replaced when that is asked for.
enum class InPlaceOfLink : std::uint8_t { kIsKept, kIsReplaced };
[[nodiscard]] int make_symlink(const std::string& target,
                               const std::string& link,
                               InPlaceOfLink other);

// Remembers nodes, to remove them as far as they are still the same ones.
class NodeRecord {
 public:
  [[nodiscard]] int add(const std::string& path);
  void remove_all();

 private:
  struct Node {
    std::string path;
    dev_t device;
    ino_t inode;
  };
  std::vector<Node> nodes_;
};

}  // namespace logq::supervise
