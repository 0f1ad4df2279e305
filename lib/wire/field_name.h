// The rules for names of journal fields (docs/protocols.md, "Field names").
#pragma once

#include <string_view>

namespace logq::wire {

inline constexpr std::size_t kFieldNameMax = 64;

enum class FieldOrigin {
  kClient,     // names beginning with '_' are the collector's and refused
  kCollector,  // one leading '_' is allowed
};

// [A-Z0-9_]{1,64}, not beginning with a digit; a leading '_' only from the collector.
[[nodiscard]] bool is_valid_field_name(std::string_view name, FieldOrigin origin);

}  // namespace logq::wire
