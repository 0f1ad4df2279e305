// Names of systemd units, as a stream's header and "-u" carry them (docs/protocols.md, "Unit
// names").
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "logq/result.h"

namespace logq::wire {

inline constexpr std::size_t kUnitNameMax = 255;

// A plain name or an instance with a known suffix: "hello.service", "getty@tty1.service". This is
// what journald accepts in a stream header. Templates ("getty@.service") are none.
[[nodiscard]] bool is_valid_unit_name(std::string_view name);

// Whether `text` contains one of * ? [ and so is matched against the unit names that occur.
[[nodiscard]] bool is_unit_glob(std::string_view text);

// What "journalctl -u text" (252) looks for: valid names, templates too, and globs stay; ".service"
// is appended where the result would be no unit name; "/dev/x" is a device and "/x" a mount; '/'
// becomes '-' and other bytes are escaped as \xNN. A result longer than kUnitNameMax matches
// nothing. kInvalidArgument for an empty text; kTooLarge for a path whose unit systemd would name
// by a hash.
[[nodiscard]] Result<std::string> mangle_unit_name(std::string_view text);

}  // namespace logq::wire
