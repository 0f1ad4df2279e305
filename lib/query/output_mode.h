// The names of the output formats, journalctl's -o.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace logq::query {

enum class OutputMode : std::uint8_t {
  kShort,
  kShortFull,
  kShortIso,
  kShortIsoPrecise,
  kShortPrecise,
  kShortMonotonic,
  kShortDelta,
  kShortUnix,
  kVerbose,
  kExport,
  kJson,
  kJsonPretty,
  kJsonSse,
  kJsonSeq,
  kCat,
  kWithUnit,
};

// "short", "short-full", ...: in the order of the enumeration, as "-o help" lists them.
[[nodiscard]] std::span<const std::string_view> output_mode_names();
[[nodiscard]] std::optional<OutputMode> parse_output_mode(std::string_view name);

// Formats that other programs read carry no separators and remarks between the entries.
[[nodiscard]] bool is_machine_readable(OutputMode mode);

}  // namespace logq::query
