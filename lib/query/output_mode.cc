#include "query/output_mode.h"

#include <array>

namespace logq::query {
namespace {

constexpr std::array<std::string_view, 16> kModeNames = {
    "short",         "short-full",      "short-iso",   "short-iso-precise",
    "short-precise", "short-monotonic", "short-delta", "short-unix",
    "verbose",       "export",          "json",        "json-pretty",
    "json-sse",      "json-seq",        "cat",         "with-unit",
};

}  // namespace

std::span<const std::string_view> output_mode_names() {
  return kModeNames;
}

std::optional<OutputMode> parse_output_mode(std::string_view name) {
  for (std::size_t i = 0; i < kModeNames.size(); ++i) {
    if (kModeNames[i] == name) return static_cast<OutputMode>(i);
  }
  return std::nullopt;
}

bool is_machine_readable(OutputMode mode) {
  switch (mode) {
    case OutputMode::kExport:
    case OutputMode::kJson:
    case OutputMode::kJsonPretty:
    case OutputMode::kJsonSse:
    case OutputMode::kJsonSeq:
    case OutputMode::kCat:
      return true;
    default:
      return false;
  }
}

}  // namespace logq::query
