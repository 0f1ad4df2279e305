// Sizes, time spans and booleans as systemd writes them, in configuration files and on command
// lines.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace logq::base {

inline constexpr std::uint64_t kUsecPerSecond = 1'000'000;
inline constexpr std::uint64_t kInfiniteUsec = std::numeric_limits<std::uint64_t>::max();

// "48K", "1.5G", "1G512M", "512": bytes, units B K M G T P E to the base of 1024, each smaller than
// the one before. Nothing when malformed or too large for 64 bits; a fraction counts as a whole
// unit for that, as in systemd.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

// "5m", "1s 500ms", "2h30min", "1.5h", "infinity": microseconds. Numbers without a unit count
// `default_unit_usec` each. Nothing when malformed, negative or too large for 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_time_span(
    std::string_view text, std::uint64_t default_unit_usec = kUsecPerSecond);

// "16.0M", "512B": one digit after the point, cut off. Nothing is rounded up.
[[nodiscard]] std::string format_size(std::uint64_t bytes);

// "2h 3min 5s", "1.500s", "infinity", to the nearest lower multiple of `accuracy_usec`, which is 1
// or a power of 10 below a second, or a whole number of seconds. parse_time_span() reads it back.
[[nodiscard]] std::string format_time_span(std::uint64_t usec, std::uint64_t accuracy_usec = 1);

// yes/no, true/false, on/off, y/n, t/f, 1/0, in any case.
[[nodiscard]] std::optional<bool> parse_boolean(std::string_view text);

}  // namespace logq::base
