#include "wire/export_format.h"

#include <algorithm>
#include <cstring>

#include "base/little_endian.h"
#include "wire/utf8.h"

namespace logq::wire {

void encode_export_field(std::string_view payload, std::string& out) {
  if (is_printable_utf8(payload, Newlines::kRefused)) {
    out.append(payload).append(1, '\n');
    return;
  }
  const std::size_t name_length = std::min(payload.find('='), payload.size());
  const std::string_view value = payload.substr(std::min(name_length + 1, payload.size()));
  const base::Le64 length = value.size();
  char bytes[sizeof length];
  std::memcpy(bytes, &length, sizeof length);
  out.append(payload.substr(0, name_length)).append(1, '\n');
  out.append(bytes, sizeof bytes).append(value).append(1, '\n');
}

}  // namespace logq::wire
