#include "query/shown_time.h"

#include "wire/loose_integer.h"

namespace logq::query {

std::optional<std::uint64_t> parse_source_realtime(std::string_view text) {
  const std::optional<std::uint64_t> value = wire::parse_loose_unsigned(text);
  return value && *value > 0 && *value < kTimeUsecMax ? value : std::nullopt;
}

std::optional<std::uint64_t> parse_source_monotonic(std::string_view text) {
  const std::optional<std::uint64_t> value = wire::parse_loose_unsigned(text);
  return value && *value < kTimeUsecMax ? value : std::nullopt;
}

}  // namespace logq::query
