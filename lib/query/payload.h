// The two halves of a stored "NAME=value" payload.
#pragma once

#include <optional>
#include <string_view>

namespace logq::query {

struct Payload {
  std::string_view name;
  std::string_view value;
};

// Nothing for a payload without '=' or with bytes in its name that no field name may have: such a
// one comes from a damaged or hostile file and would break the formats that programs read.
[[nodiscard]] std::optional<Payload> split_payload(std::string_view payload);

}  // namespace logq::query
