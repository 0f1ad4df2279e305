#include "query/line_fields.h"

namespace logq::query {
namespace {

// The longest name below.
constexpr std::size_t kNameSizeMax = 27;

std::optional<LineField> when(bool condition, LineField field) {
  return condition ? std::optional(field) : std::nullopt;
}

// Names of one length that only some entries have are told apart by a whole comparison.
std::optional<LineField> find_of_size_13(std::string_view name) {
  if (name == "_SYSTEMD_UNIT") return LineField::kUnit;
  return when(name == "DOCUMENTATION", LineField::kDocumentation);
}

}  // namespace

std::optional<LineField> find_line_field(std::string_view name) {
  switch (name.size()) {
    case 4:
      return when(name == "_PID", LineField::kPid);
    case 5:
      return when(name == "_COMM", LineField::kComm);
    case 7:
      return when(name == "MESSAGE", LineField::kMessage);
    case 8:
      return when(name == "PRIORITY", LineField::kPriority);
    case 9:
      return when(name == "_HOSTNAME", LineField::kHostname);
    case 10:
      if (name == "SYSLOG_PID") return LineField::kSyslogPid;
      return when(name == "_TRANSPORT", LineField::kTransport);
    case 11:
      return when(name == "CONFIG_FILE", LineField::kConfigFile);
    case 13:
      return find_of_size_13(name);
    case 17:
      return when(name == "SYSLOG_IDENTIFIER", LineField::kIdentifier);
    case 18:
      return when(name == "_SYSTEMD_USER_UNIT", LineField::kUserUnit);
    case 26:
      return when(name == "_SOURCE_REALTIME_TIMESTAMP", LineField::kSourceRealtime);
    case 27:
      return when(name == "_SOURCE_MONOTONIC_TIMESTAMP", LineField::kSourceMonotonic);
    default:
      return std::nullopt;
  }
}

LineFields::LineFields(std::span<const std::string_view> payloads) {
  for (const std::string_view payload : payloads) {
    const std::size_t end = payload.substr(0, kNameSizeMax + 1).find('=');
    if (end == std::string_view::npos) continue;
    if (const auto field = find_line_field(payload.substr(0, end))) {
      values_[static_cast<std::size_t>(*field)] = payload.substr(end + 1);
    }
  }
}

}  // namespace logq::query
