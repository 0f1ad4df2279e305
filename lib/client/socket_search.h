// Which sockets a client tries, in which order (docs/protocols.md, "How a client finds its
// collector").
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace logq::client {

struct SocketCandidate {
  std::string path;
  // Whether the directory must be ours alone: under /tmp anybody may make a directory of any name.
  bool must_be_private = false;
};

// What the search depends on. Empty strings stand for variables that are not set.
struct SearchEnvironment {
  std::string logq_socket;      // $LOGQ_SOCKET
  std::string xdg_runtime_dir;  // $XDG_RUNTIME_DIR
  uid_t uid = 0;
  std::string system_socket = "/run/systemd/journal/socket";

  // Of this process. Variables are ignored in programs that gained privileges by exec.
  static SearchEnvironment of_process();
};

// `explicit_path` alone, else $LOGQ_SOCKET alone, else the system's collector and then the user's.
std::vector<SocketCandidate> find_sockets(const std::string& explicit_path,
                                          const SearchEnvironment& environment);

}  // namespace logq::client
