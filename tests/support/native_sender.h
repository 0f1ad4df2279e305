// A client of the native socket for tests: one connected datagram socket, blocking sends.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_fd.h"

namespace logq::test {

using Fields = std::vector<std::pair<std::string, std::string>>;

class NativeSender {
 public:
  // Throws std::runtime_error when nobody listens at `socket_path`.
  explicit NativeSender(const std::string& socket_path);

  // Whom the kernel names as the sender from now on; other than the test's own needs root.
  void set_user(uid_t uid) { uid_ = uid; }

  // Sends one entry as one datagram; throws when the kernel refuses it.
  void send(const Fields& fields);
  void send_bytes(std::string_view datagram);

 private:
  base::UniqueFd fd_;
  std::optional<uid_t> uid_;
};

}  // namespace logq::test
