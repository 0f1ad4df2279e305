// The rules for names of journal fields (docs/protocols.md, "Field names").
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace logq::wire {

inline constexpr std::size_t kFieldNameMax = 64;

enum class FieldOrigin {
  kClient,     // names beginning with '_' are the collector's and refused
  kCollector,  // a leading '_' is allowed
};

// [A-Z0-9_]{1,64}, not beginning with a digit; a leading '_' only from the collector.
[[nodiscard]] bool is_valid_field_name(std::string_view name, FieldOrigin origin);

// The bytes a field name is made of, as a table for loops over untrusted text.
inline constexpr std::array<bool, 256> kFieldNameBytes = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 'A'; c <= 'Z'; ++c)
    table[c] = true;
  for (std::size_t c = '0'; c <= '9'; ++c)
    table[c] = true;
  table['_'] = true;
  return table;
}();

}  // namespace logq::wire
