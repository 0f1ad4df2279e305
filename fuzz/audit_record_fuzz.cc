// An audit record of any bytes: what a program said never becomes a trusted field, and the fields
// are as many and as long as promised.
#include <string>
#include <string_view>
#include <vector>

#include "require.h"
#include "wire/audit_record.h"
#include "wire/field_name.h"

namespace {

using logq::fuzz::require;

void check_fields(std::string_view text) {
  std::vector<std::string> fields;
  logq::wire::append_audit_fields(text, fields);
  require(fields.size() <= 64);
  const bool has_user_part = text.find("msg='") != std::string_view::npos;
  bool is_users = false;
  std::size_t bytes = 0;
  for (const std::string& field : fields) {
    const std::size_t equals = field.find('=');
    require(equals != std::string::npos);
    const std::string_view name = std::string_view(field).substr(0, equals);
    require(logq::wire::is_valid_field_name(name, logq::wire::FieldOrigin::kCollector));
    // Behind the first of a program there is none of the kernel.
    require(!is_users || name.starts_with("AUDIT_FIELD_"));
    is_users = name.starts_with("AUDIT_FIELD_");
    require(!is_users || has_user_part);
    bytes += field.size() - equals - 1;
  }
  require(bytes <= text.size());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_fields(bytes);
  const auto record = logq::wire::parse_audit_record(bytes);
  if (!record.has_value()) return 0;
  require(!record->text.empty());
  require(record->text.data() + record->text.size() == bytes.data() + bytes.size());
  require(bytes.find('\0') == std::string_view::npos);
  return 0;
}
