// The times that are shown for an entry: the source's own where it has told them, else those of
// its reception.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace logq::query {

// From this on a time in microseconds is none (journald's bound; a wall clock in the year 3111).
inline constexpr std::uint64_t kTimeUsecMax = std::uint64_t{1} << 55;

// _SOURCE_REALTIME_TIMESTAMP and _SOURCE_MONOTONIC_TIMESTAMP; nothing where the text is no valid
// time. Numbers are read as journalctl reads them: leading spaces and a plus sign are taken, and so
// are 0x, 0o, 0b and a 0 for octal.
[[nodiscard]] std::optional<std::uint64_t> parse_source_realtime(std::string_view text);
[[nodiscard]] std::optional<std::uint64_t> parse_source_monotonic(std::string_view text);

}  // namespace logq::query
