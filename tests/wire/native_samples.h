// Datagrams of the native protocol for tests, and all of a datagram decoded at once.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/little_endian.h"
#include "wire/native_protocol.h"

namespace logq::wire::test {

using Entries = std::vector<std::vector<std::string>>;

inline Entries decode_all(std::string_view datagram) {
  NativeDecoder decoder;
  decoder.start(datagram);
  Entries entries;
  while (decoder.next()) {
    entries.emplace_back(decoder.fields().begin(), decoder.fields().end());
  }
  return entries;
}

inline std::string le64(std::uint64_t number) {
  const base::Le64 stored = number;
  std::string bytes(sizeof stored, '\0');
  std::memcpy(bytes.data(), &stored, sizeof stored);
  return bytes;
}

inline std::string binary_field(std::string_view name, std::string_view value) {
  return std::string(name) + "\n" + le64(value.size()) + std::string(value) + "\n";
}

// "F0=x\nF1=x\n...", `count` of them.
inline std::string numbered_fields(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += "F" + std::to_string(i) + "=x\n";
  return text;
}

}  // namespace logq::wire::test
