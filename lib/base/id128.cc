#include "logq/id128.h"

#include <sys/random.h>

#include "base/hex_digit.h"
#include "base/ids.h"
#include "base/io.h"

namespace logq {
namespace {

bool is_dash_position(std::size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

Result<std::string> read_first_line(const char* path) {
  return base::read_small_file(path, 64).map(
      [](const std::string& text) { return text.substr(0, text.find('\n')); });
}

}  // namespace

std::optional<Id128> Id128::parse(std::string_view text) {
  if (text.size() != 32 && text.size() != 36) return std::nullopt;
  Id128 id;
  std::size_t digit = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.size() == 36 && is_dash_position(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const auto value = base::hex_digit(text[i]);
    if (!value.has_value()) return std::nullopt;
    auto& byte = id.bytes[digit / 2];
    byte = static_cast<std::uint8_t>(byte * 16U + *value);
    ++digit;
  }
  return id;
}

Id128 Id128::random() {
  Id128 id;
  // Never short for 16 bytes, and fails only before the pool is ready, when it blocks instead.
  while (::getrandom(id.bytes.data(), id.bytes.size(), 0) != 16) {
  }
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0fU) | 0x40U);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3fU) | 0x80U);
  return id;
}

std::string Id128::to_string() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(32, '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text[2 * i] = kDigits[bytes[i] >> 4];
    text[2 * i + 1] = kDigits[bytes[i] & 0x0fU];
  }
  return text;
}

namespace base {

Result<Id128> read_machine_id() {
  const auto line = read_first_line("/etc/machine-id");
  if (!line) return fail(line.error());
  if (line->empty()) return fail(Error::make(Errc::kNotFound, "empty"));
  if (*line == "uninitialized") return fail(Error::make(Errc::kNotFound, "uninitialized"));
  const auto id = Id128::parse(*line);
  if (!id || id->is_null()) return fail(Error::make(Errc::kInvalidArgument, "no machine id"));
  return *id;
}

Id128 machine_id() {
  return read_machine_id().value_or(Id128{});
}

Id128 boot_id() {
  const auto line = read_first_line("/proc/sys/kernel/random/boot_id");
  return line ? Id128::parse(*line).value_or(Id128{}) : Id128{};
}

}  // namespace base
}  // namespace logq
