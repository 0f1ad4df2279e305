#include "wire/varlink.h"

#include <cstring>

#include "base/try.h"
#include "wire/json.h"

namespace logq::wire {
namespace {

Error not_a_call() {
  return Error::make(Errc::kCorrupt, "the message is not a Varlink call");
}

Error not_a_reply() {
  return Error::make(Errc::kCorrupt, "the answer is not a Varlink reply");
}

bool is_object(const JsonView& value) {
  return value.kind() == JsonView::Kind::kObject;
}

// One flag may be set, and none may be named behind that (as systemd has it).
bool take_flag(const JsonView& value, VarlinkCall& call, bool VarlinkCall::*flag) {
  const auto on = value.boolean();
  if (!on || call.one_way || call.more) return false;
  call.*flag = *on;
  return true;
}

struct CallParts {
  VarlinkCall call;
  bool has_method = false;
  bool has_parameters = false;
};

bool take_member(const JsonMembers::Member& member, CallParts& parts) {
  if (member.name == "method") {
    auto method = member.value.string();
    if (!method || parts.has_method) return false;
    parts.call.method = std::move(*method);
    parts.has_method = true;
    return true;
  }
  if (member.name == "parameters") {
    const bool is_null = member.value.kind() == JsonView::Kind::kNull;
    if (parts.has_parameters || (!is_null && !is_object(member.value))) return false;
    if (!is_null) parts.call.parameters = member.value;
    parts.has_parameters = true;
    return true;
  }
  if (member.name == "oneway") return take_flag(member.value, parts.call, &VarlinkCall::one_way);
  if (member.name == "more") return take_flag(member.value, parts.call, &VarlinkCall::more);
  return false;
}

std::string quoted(std::string_view text) {
  std::string out;
  encode_json_string(text, out);
  return out;
}

std::string with_end(std::string message) {
  message.push_back(kVarlinkEnd);
  return message;
}

// An error with one parameter that names what it is about.
std::string error_about(std::string_view error, std::string_view what, std::string_view name) {
  return encode_varlink_error(error, "{" + quoted(what) + ":" + quoted(name) + "}");
}

}  // namespace

Result<VarlinkCall> parse_varlink_call(std::string_view message) {
  const JsonView object = LOGQ_TRY(JsonView::parse(message));
  if (!is_object(object)) return fail(not_a_call());
  CallParts parts;
  JsonMembers members(object);
  while (const auto member = members.next()) {
    if (!take_member(*member, parts)) return fail(not_a_call());
  }
  if (!parts.has_method) return fail(not_a_call());
  return std::move(parts.call);
}

Result<VarlinkReply> parse_varlink_reply(std::string_view message) {
  const auto object = JsonView::parse(message);
  if (!object || !is_object(*object)) return fail(not_a_reply());
  VarlinkReply reply;
  JsonMembers members(*object);
  while (const auto member = members.next()) {
    if (member->name == "error") {
      auto error = member->value.string();
      if (!error || error->empty()) return fail(not_a_reply());
      reply.error = std::move(*error);
    } else if (member->name == "parameters" && is_object(member->value)) {
      reply.parameters = member->value;
    }
  }
  return reply;
}

std::string encode_varlink_call(std::string_view method, std::string_view parameters) {
  return with_end("{\"method\":" + quoted(method) + ",\"parameters\":" + std::string(parameters) +
                  "}");
}

std::string encode_varlink_reply(std::string_view parameters) {
  return with_end("{\"parameters\":" + std::string(parameters) + "}");
}

std::string encode_varlink_error(std::string_view error, std::string_view parameters) {
  return with_end("{\"error\":" + quoted(error) + ",\"parameters\":" + std::string(parameters) +
                  "}");
}

std::string varlink_method_not_found(std::string_view method) {
  return error_about("org.varlink.service.MethodNotFound", "method", method);
}

std::string varlink_invalid_parameter(std::string_view parameter) {
  return error_about("org.varlink.service.InvalidParameter", "parameter", parameter);
}

std::string varlink_interface_not_found(std::string_view interface) {
  return error_about("org.varlink.service.InterfaceNotFound", "interface", interface);
}

std::string varlink_permission_denied() {
  return encode_varlink_error("org.varlink.service.PermissionDenied");
}

std::string varlink_system_error(int sys_errno) {
  const char* const name = ::strerrorname_np(sys_errno);
  std::string parameters = "{\"origin\":\"linux\",\"errno\":" + std::to_string(sys_errno);
  if (name != nullptr) parameters += ",\"errnoName\":" + quoted(name);
  return encode_varlink_error("io.systemd.System", parameters + "}");
}

}  // namespace logq::wire
