// Time spans and sizes as values of fields and in expressions: a number, and a unit somewhere, so
// that a bare number is none.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace logq::query {

// "1min 30s", not "90": microseconds.
[[nodiscard]] std::optional<std::uint64_t> parse_span_with_unit(std::string_view text);

// "4K", "1.5G", also with an ending that says the same, "4KB" and "4 KiB": bytes.
[[nodiscard]] std::optional<std::uint64_t> parse_size_with_unit(std::string_view text);

}  // namespace logq::query
