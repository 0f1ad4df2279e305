// An entry as one line of logfmt: key=value pairs, as Go's and Heroku's tools read them.
//
//   time=2026-11-22T09:38:23.123456Z level=info msg="user logged in" syslog_identifier=shop
//   user_id=42
//
// `time` is UTC, `level` one of emergency, alert, critical, error, warning, notice, info, debug.
// Behind them come all fields that the journal would get, under their names in lower case; those
// called TIME, LEVEL and MSG are x_time, x_level and x_msg. A name given twice is there twice.
// Values are quoted where they must be, with JSON's escapes. What is no UTF-8 becomes U+FFFD.
#pragma once

#include <cstdint>

#include "client/encode_buffer.h"
#include "logq/transport.h"

namespace logq::client {

// The line in `memory.bytes`. `now_usec` counts where the entry does not say when it was logged.
void encode_logfmt_line(const Entry& entry, std::uint64_t now_usec, EncodeMemory& memory);

}  // namespace logq::client
