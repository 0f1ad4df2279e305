#include "query/payload.h"

namespace logq::query {

std::optional<Payload> split_payload(std::string_view payload) {
  std::size_t end = 0;
  for (; end < payload.size() && payload[end] != '='; ++end) {
    const char c = payload[end];
    const bool allowed = c == '_' || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!allowed) return std::nullopt;
  }
  if (end == 0 || end == payload.size()) return std::nullopt;
  return Payload{payload.substr(0, end), payload.substr(end + 1)};
}

}  // namespace logq::query
