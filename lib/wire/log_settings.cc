#include "wire/log_settings.h"

#include <cstdint>

#include "base/little_endian.h"
#include "wire/field_name.h"

namespace logq::wire {

std::string encode_extra_fields(std::span<const std::string> fields) {
  std::string bytes;
  for (const std::string& field : fields) {
    const base::Le64 size(field.size());
    bytes.append(reinterpret_cast<const char*>(&size), sizeof size);
    bytes += field;
  }
  return bytes;
}

std::vector<std::string> parse_extra_fields(std::string_view bytes) {
  std::vector<std::string> fields;
  while (bytes.size() >= sizeof(std::uint64_t)) {
    const std::uint64_t size = reinterpret_cast<const base::Le64*>(bytes.data())->load();
    bytes.remove_prefix(sizeof(std::uint64_t));
    if (size > bytes.size()) break;
    const std::string_view field = bytes.substr(0, size);
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos) break;
    if (!is_valid_field_name(field.substr(0, equals), FieldOrigin::kClient)) break;
    fields.emplace_back(field);
    bytes.remove_prefix(size);
  }
  return fields;
}

}  // namespace logq::wire
