// The file of a kept stream, of any bytes: what is understood is written so that it is understood
// the same.
#include <string>
#include <string_view>

#include "collect/stream_state.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using logq::fuzz::require;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto state = logq::collect::decode_stream_state(bytes);
  if (!state.has_value()) return 0;
  const std::string written = logq::collect::encode_stream_state(*state);
  const auto again = logq::collect::decode_stream_state(written);
  require(again.has_value());
  require(*again == *state);
  require(logq::collect::encode_stream_state(*again) == written);
  return 0;
}
