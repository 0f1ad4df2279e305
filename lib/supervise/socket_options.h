// What a socket unit says about its sockets, set on one of them. Options that mean nothing to a
// kind of socket are left out.
#pragma once

#include <string_view>
#include <vector>

#include "supervise/socket_unit.h"

namespace logq::supervise {

struct OptionFailure {
  std::string_view key;  // of the unit: "ReceiveBuffer"
  int sys_errno = 0;
};

// Before it is bound. What fails of BindIPv6Only= and BindToDevice= is fatal: it would be reached
// from where it should not.
[[nodiscard]] std::vector<OptionFailure> set_binding_options(int fd, const SocketOptions& options);
[[nodiscard]] bool is_fatal(const OptionFailure& failure);

// All others. A socket that lacks one of them serves all the same.
[[nodiscard]] std::vector<OptionFailure> set_socket_options(int fd, const SocketOptions& options);

}  // namespace logq::supervise
