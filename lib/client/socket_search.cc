#include "client/socket_search.h"

#include <stdlib.h>
#include <unistd.h>

namespace logq::client {
namespace {

std::string variable(const char* name) {
  const char* value = ::secure_getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

SearchEnvironment SearchEnvironment::of_process() {
  SearchEnvironment environment;
  environment.logq_socket = variable("LOGQ_SOCKET");
  environment.xdg_runtime_dir = variable("XDG_RUNTIME_DIR");
  environment.uid = ::geteuid();
  return environment;
}

std::vector<SocketCandidate> find_sockets(const std::string& explicit_path,
                                          const SearchEnvironment& environment) {
  if (!explicit_path.empty()) return {{explicit_path, false}};
  if (!environment.logq_socket.empty()) return {{environment.logq_socket, false}};
  const std::string directory = environment.xdg_runtime_dir.empty()
                                    ? "/tmp/logq-" + std::to_string(environment.uid)
                                    : environment.xdg_runtime_dir + "/logq";
  return {{environment.system_socket, false}, {directory + "/socket", true}};
}

}  // namespace logq::client
