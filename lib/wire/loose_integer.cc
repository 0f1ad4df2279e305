#include "wire/loose_integer.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <string>

namespace logq::wire {
namespace {

// No number needs more, and the text may be a field of any size.
constexpr std::size_t kUnsignedSizeMax = 80;

// What nearly every entry has: digits only, the first of them no 0.
std::optional<std::uint64_t> parse_plain_number(std::string_view text) {
  if (text.empty() || text[0] < '1' || text[0] > '9') return std::nullopt;
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<long> parse_loose_integer(std::string_view text) {
  int base = 0;
  if (text.starts_with("0b") || text.starts_with("0B")) base = 2;
  if (text.starts_with("0o") || text.starts_with("0O")) base = 8;
  if (base != 0) text.remove_prefix(2);
  const std::string digits(text.substr(0, text.find('\0')));
  const int errno_before = errno;
  char* end = nullptr;
  errno = 0;
  const long number = std::strtol(digits.c_str(), &end, base);
  const bool overflows = errno == ERANGE;
  errno = errno_before;
  const bool is_number = end != digits.c_str() && end == digits.c_str() + digits.size();
  if (!is_number || overflows) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> parse_loose_unsigned(std::string_view text) {
  if (const auto plain = parse_plain_number(text)) return plain;
  std::array<char, kUnsignedSizeMax> buffer{};
  if (text.size() >= buffer.size() || text.find('-') != text.npos) return std::nullopt;
  text.copy(buffer.data(), text.size());
  const char* begin = buffer.data();
  while (*begin == ' ' || *begin == '\t' || *begin == '\n' || *begin == '\r')
    ++begin;
  int base = 0;
  if (begin[0] == '0' && (begin[1] == 'b' || begin[1] == 'B')) base = 2;
  if (begin[0] == '0' && (begin[1] == 'o' || begin[1] == 'O')) base = 8;
  if (base != 0) begin += 2;
  char* end = nullptr;
  const int errno_before = errno;
  errno = 0;
  const std::uint64_t value = std::strtoull(begin, &end, base);
  const bool overflows = errno == ERANGE;
  errno = errno_before;
  if (overflows || end == begin || *end != '\0') return std::nullopt;
  return value;
}

}  // namespace logq::wire
