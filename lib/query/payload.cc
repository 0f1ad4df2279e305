#include "query/payload.h"

#include <cstdint>

#include "wire/field_name.h"

namespace logq::query {

std::optional<Payload> split_payload(std::string_view payload) {
  std::size_t end = 0;
  while (end < payload.size() && wire::kFieldNameBytes[static_cast<std::uint8_t>(payload[end])])
    ++end;
  if (end == 0 || end == payload.size() || payload[end] != '=') return std::nullopt;
  return Payload{payload.substr(0, end), payload.substr(end + 1)};
}

std::optional<std::string_view> find_value(std::span<const std::string_view> payloads,
                                           std::string_view name) {
  for (const std::string_view payload : payloads) {
    const bool found =
        payload.size() > name.size() && payload[name.size()] == '=' && payload.starts_with(name);
    if (found) return payload.substr(name.size() + 1);
  }
  return std::nullopt;
}

bool is_address_name(std::string_view name) {
  return name.starts_with("__") || name == "_BOOT_ID";
}

}  // namespace logq::query
