// A client of the native socket for tests: one connected datagram socket, blocking sends.
#pragma once

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

  // Sends one entry as one datagram; throws when the kernel refuses it.
  void send(const Fields& fields);
  void send_bytes(std::string_view datagram);

 private:
  base::UniqueFd fd_;
};

}  // namespace logq::test
