// The two halves of a stored "NAME=value" payload.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace logq::query {

struct Payload {
  std::string_view name;
  std::string_view value;
};

// Nothing for a payload without '=' or with bytes in its name that no field name may have: such a
// one comes from a damaged or hostile file and would break the formats that programs read.
[[nodiscard]] std::optional<Payload> split_payload(std::string_view payload);

// The value of the first payload of a field.
[[nodiscard]] std::optional<std::string_view> find_value(std::span<const std::string_view> payloads,
                                                         std::string_view name);

// Whether the export and JSON formats tell something of this name from the entry itself: _BOOT_ID,
// and what begins with two underscores, which only a damaged or hostile file has as a field. A
// reader of these formats would take it for the entry's place or time.
[[nodiscard]] bool is_address_name(std::string_view name);

}  // namespace logq::query
