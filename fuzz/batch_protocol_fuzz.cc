// A message of any bytes, as either side of the batch socket reads it: what is accepted keeps the
// rules of the protocol, lies within the message and survives being encoded again.
#include <string>
#include <string_view>

#include "require.h"
#include "wire/batch_protocol.h"
#include "wire/native_protocol.h"

namespace {

using logq::fuzz::require;
using namespace logq::wire;

void check_batch(std::string_view message) {
  const auto batch = decode_batch(message);
  if (!batch.has_value()) return;
  require(!batch->client_id.is_null());
  require((batch->number == 0) == (batch->count == 0));
  require((batch->number == 0) == batch->entries.empty());
  require(batch->number == peek_batch_number(message));
  require(batch->count == peek_batch_count(message));
  require(encode_batch_header(*batch) + std::string(batch->entries) == message);
  // The collector's own loop: at most as many entries as were announced.
  NativeDecoder decoder;
  decoder.start(batch->entries);
  std::uint32_t found = 0;
  while (found < batch->count && decoder.next())
    ++found;
  require(found <= batch->entries.size());
}

void check_reply(std::string_view message) {
  const auto reply = decode_batch_reply(message);
  if (!reply.has_value()) return;
  const std::string encoded =
      std::visit([](const auto& known) { return encode_batch_reply(known); }, *reply);
  require(encoded.size() <= message.size());
  const auto again = decode_batch_reply(encoded);
  require(again.has_value() && *again == *reply);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view message{reinterpret_cast<const char*>(data), size};
  check_batch(message);
  check_reply(message);
  static_cast<void>(peek_batch_number(message));
  static_cast<void>(peek_batch_count(message));
  return 0;
}
