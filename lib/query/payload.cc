#include "query/payload.h"

#include <array>
#include <cstdint>

namespace logq::query {
namespace {

// The bytes a field name may have.
constexpr std::array<bool, 256> kNameBytes = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 'A'; c <= 'Z'; ++c)
    table[c] = true;
  for (std::size_t c = '0'; c <= '9'; ++c)
    table[c] = true;
  table['_'] = true;
  return table;
}();

}  // namespace

std::optional<Payload> split_payload(std::string_view payload) {
  std::size_t end = 0;
  while (end < payload.size() && kNameBytes[static_cast<std::uint8_t>(payload[end])])
    ++end;
  if (end == 0 || end == payload.size() || payload[end] != '=') return std::nullopt;
  return Payload{payload.substr(0, end), payload.substr(end + 1)};
}

}  // namespace logq::query
