// A record of /dev/kmsg of any bytes: its parts lie within it, in order, and have the shape
// promised.
#include <string>
#include <string_view>

#include "require.h"
#include "wire/kernel_record.h"

namespace {

using logq::fuzz::require;

void check_text(std::string_view text) {
  std::string out;
  logq::wire::append_unescaped(text, out);
  require(out.size() <= text.size());
  require(text.find('\\') != std::string_view::npos || out == text);
  require(out.find('\0') == std::string::npos || text.find('\0') != std::string_view::npos);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto record = logq::wire::parse_kernel_record(bytes);
  if (!record.has_value()) return 0;
  require(record->priority >= 0 && record->priority <= 999);
  require(record->level() + record->facility() * 8 == record->priority);
  require(record->text.find('\n') == std::string_view::npos);
  require(record->text.data() > bytes.data());
  require(record->text.data() + record->text.size() + 1 == record->dictionary.data());
  require(record->dictionary.data() + record->dictionary.size() == bytes.data() + bytes.size());
  check_text(record->text);
  std::string_view rest = record->dictionary;
  while (const auto line = logq::wire::next_dictionary_line(rest)) {
    require(line->find('\n') == std::string_view::npos);
    require(rest.data() == line->data() + line->size() + 1);
    check_text(*line);
  }
  return 0;
}
