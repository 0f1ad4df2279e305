// The text of one record of the kernel's audit subsystem, as NETLINK_AUDIT carries it
// (docs/kernel-sources.md, "Audit records"). Pure codec, no I/O.
//
//   audit(SECONDS.MILLISECONDS:ID): name=value name="a value" name=68657861 msg='name=value ...'
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logq::wire {

struct AuditRecord {
  std::uint64_t realtime_usec = 0;
  std::uint64_t id = 0;   // records of one event have the same
  std::string_view text;  // behind the colon, not empty; a view into the payload
};

// Nothing for what has another shape, or a NUL in it.
[[nodiscard]] std::optional<AuditRecord> parse_audit_record(std::string_view payload);

// Appends "NAME=value" for the fields of a record's text, at most 64: trusted names for what the
// kernel says (_PID=, _COMM=, ..., _AUDIT_FIELD_X=), AUDIT_FIELD_X= for what a program said, which
// stands between msg=' and the last quote. What is no field is skipped.
void append_audit_fields(std::string_view text, std::vector<std::string>& out);

}  // namespace logq::wire
