// Text of any bytes through everything that judges or escapes it. The fast paths of
// is_printable_utf8 must agree with judging each character alone, and outputs keep their shape.
#include <string>
#include <string_view>

#include "require.h"
#include "wire/export_format.h"
#include "wire/json.h"
#include "wire/level_prefix.h"
#include "wire/unit_name.h"
#include "wire/utf8.h"

namespace {

using logq::fuzz::require;
using namespace logq::wire;

// Characters one at a time: too short for the fast path.
bool is_printable_slowly(std::string_view bytes, Newlines newlines) {
  while (!bytes.empty()) {
    std::size_t length = 1;
    while (length <= 4 && length <= bytes.size() && !is_valid_utf8(bytes.substr(0, length))) {
      ++length;
    }
    if (length > 4 || length > bytes.size()) return false;
    if (!is_printable_utf8(bytes.substr(0, length), newlines)) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

void check_json(std::string_view bytes) {
  std::string json;
  encode_json_value(bytes, json);
  const bool is_text = is_printable_utf8(bytes, Newlines::kAllowed);
  require(json.front() == (is_text ? '"' : '[') && json.back() == (is_text ? '"' : ']'));
  require(is_printable_utf8(json, Newlines::kRefused));
}

void check_export(std::string_view bytes) {
  std::string payload = "A=";
  payload += bytes;
  std::string out;
  encode_export_field(payload, out);
  if (is_printable_utf8(bytes, Newlines::kRefused)) {
    require(out == payload + "\n");
  } else {
    require(out.size() == 2 + 8 + bytes.size() + 1 && out.starts_with("A\n"));
  }
}

void check_unit_name(std::string_view bytes) {
  const auto name = mangle_unit_name(bytes);
  if (!name) return;
  if (is_valid_unit_name(bytes)) require(*name == bytes);
  // Mangling is done once: what it made is a name, a glob or an impossible unit already.
  if (is_valid_unit_name(*name)) require(mangle_unit_name(*name) == *name);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  for (const Newlines newlines : {Newlines::kAllowed, Newlines::kRefused}) {
    const bool printable = is_printable_utf8(bytes, newlines);
    require(printable == is_printable_slowly(bytes, newlines));
    require(!printable || is_valid_utf8(bytes));
  }
  check_json(bytes);
  check_export(bytes);
  check_unit_name(bytes);
  const PrefixedLine line = parse_level_prefix(bytes);
  require(line.text.size() == size || line.priority.has_value());
  return 0;
}
