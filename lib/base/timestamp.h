// Points in time as people write them: the grammar of systemd.time(7).
//
//   2012-09-22 16:34:22.5   12-09-22 16:34   2012-09-22T16:34   Sat 2012-09-22   16:34   Sep 22
//   16:34:22 now today yesterday tomorrow      +5min -2h   3 days ago   1h left      @1348324462.5
//
// All but the last row may end in a zone: UTC, a name from /usr/share/zoneinfo, the local zone's
// abbreviation (CET), or an offset (+05, +0530, +05:30, Z; attached or after a space). Without one
// it is local time. Of a time that a clock change skips or repeats this takes what mktime(3) would
// take in a fresh process.
#pragma once

#include <cstdint>
#include <string_view>

#include "logq/result.h"

namespace logq::base {

// Microseconds since 1970. kInvalidArgument when `text` is no time or names the wrong weekday, or
// a date lies before 1970 or after 9999. "@infinity" is the end of time, 2^64 - 1.
//
// Reads $TZ or /etc/localtime. For a named zone it sets $TZ for the time of the call, because only
// libc knows all zone files and rules; so no other thread may run then. Meant for command lines.
[[nodiscard]] Result<std::uint64_t> parse_timestamp(std::string_view text,
                                                    std::uint64_t now_realtime_usec);

}  // namespace logq::base
