// One message of syslog(3), as journald reads it: RFC 3164 without its host name
// (docs/protocols.md, "Syslog"). Pure codec, no I/O.
//
//   <PRI>Mmm dd hh:mm:ss ident[pid]: text
//
// Every part but the text may be missing; what is not understood is text. RFC 5424 is not read.
#pragma once

#include <optional>
#include <string_view>

namespace logq::wire {

// Views into the datagram.
struct SyslogMessage {
  int priority = 14;  // facility * 8 + level, not range-checked: 0 to 999; user.info by default
  std::string_view timestamp;                  // with the space behind it; empty when there is none
  std::optional<std::string_view> identifier;  // may be empty
  std::optional<std::string_view> pid;
  std::string_view text;
  bool keep_raw = false;  // the datagram says more than the parts: journald stores it as SYSLOG_RAW

  [[nodiscard]] int level() const { return priority & 7; }
  [[nodiscard]] int facility() const { return priority >> 3; }
};

// Who speaks, as a message says it at its front: "ident:" or "ident[pid]:".
struct SyslogTag {
  std::optional<std::string_view> identifier;  // may be empty
  std::optional<std::string_view> pid;         // whatever stands there
};

// Takes the tag off `rest`, with one whitespace character behind it; where the first word is none,
// `rest` stays as it is.
[[nodiscard]] SyslogTag take_syslog_tag(std::string_view& rest);

// Takes any bytes apart; never fails.
[[nodiscard]] SyslogMessage parse_syslog_message(std::string_view datagram);

}  // namespace logq::wire
