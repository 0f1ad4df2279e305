// Values of configuration files: sizes, time spans and booleans, as systemd writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace logq::base {

// "48K", "128M", "1G", "512": bytes, units to the base of 1024.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

// "5m", "1s 500ms", "2h30min", "90" (seconds): microseconds.
[[nodiscard]] std::optional<std::uint64_t> parse_time_span(std::string_view text);

// yes/no, true/false, on/off, y/n, t/f, 1/0, in any case.
[[nodiscard]] std::optional<bool> parse_boolean(std::string_view text);

}  // namespace logq::base
