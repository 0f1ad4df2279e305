// Netlink messages with audit records, as the kernel sends them.
#pragma once

#include <linux/netlink.h>

#include <cstring>
#include <string>
#include <string_view>

namespace logq::test {

inline std::string audit_message(int type, std::string_view payload) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof(header) + payload.size());
  header.nlmsg_type = static_cast<std::uint16_t>(type);
  std::string message(sizeof(header), '\0');
  std::memcpy(message.data(), &header, sizeof(header));
  return message.append(payload);
}

}  // namespace logq::test
