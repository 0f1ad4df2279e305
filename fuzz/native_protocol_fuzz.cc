// A datagram of any bytes: the decoder stays within it, ends, and hands out well-formed fields that
// survive being encoded again.
#include <string>
#include <string_view>
#include <vector>

#include "require.h"
#include "wire/field_name.h"
#include "wire/native_protocol.h"

namespace {

using logq::fuzz::require;
using logq::wire::FieldOrigin;
using logq::wire::NativeDecoder;

void check_field(std::string_view field) {
  const std::size_t equals = field.find('=');
  require(equals != std::string_view::npos);
  require(logq::wire::is_valid_field_name(field.substr(0, equals), FieldOrigin::kClient));
}

void check_round_trip(const std::vector<std::string_view>& fields) {
  std::string encoded;
  for (const std::string_view field : fields) {
    const std::size_t equals = field.find('=');
    logq::wire::encode_native_field(field.substr(0, equals), field.substr(equals + 1), encoded);
  }
  NativeDecoder decoder;
  decoder.start(encoded);
  require(decoder.next());
  require(decoder.fields() == fields);
  require(!decoder.next());
  require(decoder.unread_bytes() == 0);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  NativeDecoder decoder;
  decoder.start({reinterpret_cast<const char*>(data), size});
  std::size_t bytes = 0;
  while (decoder.next()) {
    require(!decoder.fields().empty());
    require(decoder.fields().size() <= logq::wire::kEntryFieldCountMax + 1);
    for (const std::string_view field : decoder.fields()) {
      check_field(field);
      bytes += field.size() + 1;
    }
    check_round_trip(decoder.fields());
  }
  require(bytes + decoder.unread_bytes() <= size);
  return 0;
}
