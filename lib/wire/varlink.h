// Varlink messages (https://varlink.org; docs/control.md): one JSON object and a NUL
// byte each way. Pure: bytes in, bytes out; what the methods do is not known here.
//
// What is refused is what systemd 252 closes a connection for: a message that is no object, has no
// method, has members of other names, or asks for one way and more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "logq/result.h"
#include "wire/json_view.h"

namespace logq::wire {

inline constexpr char kVarlinkEnd = '\0';

struct VarlinkCall {
  std::string method;
  std::optional<JsonView> parameters;  // an object; points into the message
  bool one_way = false;                // no reply is wanted
  bool more = false;                   // several replies would do
};

// A message without its NUL. kCorrupt when it is no call.
Result<VarlinkCall> parse_varlink_call(std::string_view message);

struct VarlinkReply {
  std::string error;                   // its name; empty when the call was carried out
  std::optional<JsonView> parameters;  // an object; points into the message
};
// A message without its NUL. kCorrupt when it is no reply.
Result<VarlinkReply> parse_varlink_reply(std::string_view message);

// Complete messages, with their NUL. `parameters` is a JSON object. REQUIRES: names in UTF-8.
[[nodiscard]] std::string encode_varlink_call(std::string_view method,
                                              std::string_view parameters = "{}");
[[nodiscard]] std::string encode_varlink_reply(std::string_view parameters = "{}");
[[nodiscard]] std::string encode_varlink_error(std::string_view error,
                                               std::string_view parameters = "{}");

// Errors that every service knows.
[[nodiscard]] std::string varlink_method_not_found(std::string_view method);
[[nodiscard]] std::string varlink_invalid_parameter(std::string_view parameter);
[[nodiscard]] std::string varlink_interface_not_found(std::string_view interface);
[[nodiscard]] std::string varlink_permission_denied();
// What systemd says when a system call failed.
[[nodiscard]] std::string varlink_system_error(int sys_errno);

}  // namespace logq::wire
