#include "logq/result.h"

#include <array>
#include <charconv>
#include <cstring>

namespace logq {
namespace {

std::string hexadecimal(std::uint64_t value) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  return "0x" + std::string(digits.data(), end);
}

std::string errno_text(int sys_errno) {
  std::array<char, 128> buffer{};
  return ::strerror_r(sys_errno, buffer.data(), buffer.size());  // the GNU variant
}

}  // namespace

std::string Error::message() const {
  std::string text;
  if (code == Errc::kCorrupt) text = "corrupt at " + hexadecimal(offset) + ": ";
  if (code == Errc::kTruncated) text = "truncated at " + hexadecimal(offset) + ": ";
  text += what;
  if (sys_errno != 0) text += ": " + errno_text(sys_errno);
  return text;
}

}  // namespace logq
