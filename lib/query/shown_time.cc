#include "query/shown_time.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>

namespace logq::query {
namespace {

// What nearly every entry has: digits only, the first of them no 0.
std::optional<std::uint64_t> parse_plain_number(std::string_view text) {
  if (text.empty() || text[0] < '1' || text[0] > '9') return std::nullopt;
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_lenient_number(std::string_view text) {
  if (const auto plain = parse_plain_number(text)) return plain;
  std::array<char, 80> buffer{};
  if (text.empty() || text.size() >= buffer.size()) return std::nullopt;
  text.copy(buffer.data(), text.size());
  const char* begin = buffer.data();
  while (*begin == ' ' || *begin == '\t' || *begin == '\n' || *begin == '\r')
    ++begin;
  if (*begin == '-') return std::nullopt;

  int base = 0;
  if (begin[0] == '0' && (begin[1] == 'b' || begin[1] == 'B')) base = 2;
  if (begin[0] == '0' && (begin[1] == 'o' || begin[1] == 'O')) base = 8;
  if (base != 0) begin += 2;
  char* end = nullptr;
  errno = 0;
  const std::uint64_t value = std::strtoull(begin, &end, base);
  if (errno != 0 || end == begin || *end != '\0') return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::uint64_t> parse_source_realtime(std::string_view text) {
  const std::optional<std::uint64_t> value = parse_lenient_number(text);
  return value && *value > 0 && *value < kTimeUsecMax ? value : std::nullopt;
}

std::optional<std::uint64_t> parse_source_monotonic(std::string_view text) {
  const std::optional<std::uint64_t> value = parse_lenient_number(text);
  return value && *value < kTimeUsecMax ? value : std::nullopt;
}

}  // namespace logq::query
