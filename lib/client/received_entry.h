// ReceivedEntry: an entry in the native protocol, read back for a transport with another form.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "logq/transport.h"
#include "wire/native_protocol.h"

namespace logq::client {

// One that this library has written: its own fields come first and once. Not thread-safe.
class ReceivedEntry {
 public:
  // The views are valid until the next call, and as long as the bytes.
  const Entry& read(std::string_view bytes);

 private:
  void take(std::string_view name, std::string_view value);

  wire::NativeDecoder decoder_;
  std::vector<Field> fields_;
  Entry entry_;
};

}  // namespace logq::client
