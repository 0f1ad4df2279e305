#include "wire/loose_integer.h"

#include <cerrno>
#include <cstdlib>
#include <string>

namespace logq::wire {

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

}  // namespace logq::wire
