#include "wire/field_name.h"

#include <algorithm>

namespace logq::wire {

bool is_valid_field_name(std::string_view name, FieldOrigin origin) {
  if (name.empty() || name.size() > kFieldNameMax) return false;
  const char first = name.front();
  if (first >= '0' && first <= '9') return false;
  if (first == '_' && origin == FieldOrigin::kClient) return false;
  return std::ranges::all_of(name,
                             [](char c) { return kFieldNameBytes[static_cast<unsigned char>(c)]; });
}

}  // namespace logq::wire
