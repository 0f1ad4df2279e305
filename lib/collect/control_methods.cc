#include "collect/control_methods.h"

#include <cerrno>
#include <utility>

#include "collect/control_interfaces.h"
#include "wire/json.h"

namespace logq::collect {
namespace {

using wire::JsonMembers;
using wire::VarlinkCall;

std::string reply_of(const Result<void>& done) {
  if (done.has_value()) return wire::encode_varlink_reply();
  return wire::varlink_system_error(done.error().sys_errno != 0 ? done.error().sys_errno : EIO);
}

// The name of the first parameter of a method that has none.
std::optional<std::string> extra_parameter(const VarlinkCall& call) {
  if (!call.parameters) return std::nullopt;
  auto member = JsonMembers(*call.parameters).next();
  if (!member) return std::nullopt;
  return std::move(member->name);
}

std::string quoted(std::string_view text) {
  std::string out;
  wire::encode_json_string(text, out);
  return out;
}

std::string service_info(std::string_view version) {
  std::string interfaces;
  for (const ControlInterface& interface : control_interfaces())
    interfaces += (interfaces.empty() ? "" : ",") + quoted(interface.name);
  return wire::encode_varlink_reply(
      "{\"vendor\":\"logq\",\"product\":\"logqd\",\"version\":" + quoted(version) +
      ",\"url\":\"\",\"interfaces\":[" + interfaces + "]}");
}

std::string describe_interface(const VarlinkCall& call) {
  std::optional<std::string> wanted;
  if (call.parameters) {
    JsonMembers members(*call.parameters);
    while (const auto member = members.next()) {
      if (member->name != "interface") return wire::varlink_invalid_parameter(member->name);
      wanted = member->value.string();
    }
  }
  if (!wanted) return wire::varlink_invalid_parameter("interface");
  for (const ControlInterface& interface : control_interfaces()) {
    if (interface.name != *wanted) continue;
    return wire::encode_varlink_reply("{\"description\":" + quoted(interface.description) + "}");
  }
  return wire::varlink_interface_not_found(*wanted);
}

}  // namespace

// To sync is nobody's privilege, as with journald since 258; to have files set OFFLINE is one.
std::optional<std::string> ControlMethods::synchronize(const VarlinkCall& call,
                                                       bool privileged,
                                                       Reply later) {
  bool offline = false;
  if (call.parameters) {
    JsonMembers members(*call.parameters);
    while (const auto member = members.next()) {
      const bool is_null = member->value.kind() == wire::JsonView::Kind::kNull;
      const auto value = member->value.boolean();
      if (member->name != "offline" || (!value && !is_null)) {
        return wire::varlink_invalid_parameter(member->name);
      }
      offline = value.value_or(false);
    }
  }
  if (offline && !privileged) return wire::varlink_permission_denied();
  deeds_.synchronize(
      [later = std::move(later)](const Result<void>& synced) { later(reply_of(synced)); });
  return std::nullopt;
}

std::string ControlMethods::carry_out(const std::function<Result<void>()>& deed) const {
  return reply_of(deed());
}

std::string ControlMethods::carry_out_outside_namespaces(
    const std::function<Result<void>()>& deed) const {
  if (!deeds_.in_namespace) return carry_out(deed);
  return wire::encode_varlink_error("io.systemd.Journal.NotSupportedByNamespaces");
}

std::optional<std::string> ControlMethods::answer(const VarlinkCall& call,
                                                  bool privileged,
                                                  Reply later) {
  const std::string_view method = call.method;
  if (method == "io.systemd.Journal.Synchronize") {
    return synchronize(call, privileged, std::move(later));
  }
  if (method == "org.varlink.service.GetInterfaceDescription") return describe_interface(call);

  const bool is_status = method == "io.logq.Collector.Status";
  const bool is_info = method == "org.varlink.service.GetInfo";
  const bool is_rotate = method == "io.systemd.Journal.Rotate";
  const bool is_flush = method == "io.systemd.Journal.FlushToVar";
  const bool is_relinquish = method == "io.systemd.Journal.RelinquishVar";
  const bool is_deed = is_rotate || is_flush || is_relinquish;
  if (!is_status && !is_info && !is_deed) return wire::varlink_method_not_found(method);
  if (const auto extra = extra_parameter(call)) return wire::varlink_invalid_parameter(*extra);
  if (is_info) return service_info(deeds_.version);
  if (is_status) return wire::encode_varlink_reply(deeds_.status());
  if (!privileged) return wire::varlink_permission_denied();
  if (is_rotate) return carry_out(deeds_.rotate);
  return carry_out_outside_namespaces(is_flush ? deeds_.flush : deeds_.relinquish);
}

}  // namespace logq::collect
