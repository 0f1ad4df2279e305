#include "wire/kernel_record.h"

#include <charconv>

#include "base/hex_digit.h"

namespace logq::wire {
namespace {

constexpr int kPriorityMax = 999;

// Takes a decimal number that ends at the first of `terminators`, which is left.
template <typename Number>
bool take_number(std::string_view& rest, std::string_view terminators, Number& number) {
  const std::size_t size = rest.find_first_of(terminators);
  if (size == std::string_view::npos) return false;
  const char* last = rest.data() + size;
  const auto [end, error] = std::from_chars(rest.data(), last, number);
  if (error != std::errc{} || end != last || size == 0) return false;
  rest.remove_prefix(size);
  return true;
}

// The byte that `text`, which begins with a backslash, stands for.
std::optional<char> escaped_byte(std::string_view text) {
  if (text.size() < 4 || text[1] != 'x') return std::nullopt;
  const auto high = base::hex_digit(text[2]);
  const auto low = base::hex_digit(text[3]);
  if (!high.has_value() || !low.has_value() || *high + *low == 0) return std::nullopt;
  return static_cast<char>(*high * 16 + *low);
}

}  // namespace

std::optional<KernelRecord> parse_kernel_record(std::string_view record) {
  KernelRecord result;
  std::string_view rest = record;
  if (!take_number(rest, ",", result.priority)) return std::nullopt;
  if (result.priority < 0 || result.priority > kPriorityMax) return std::nullopt;
  rest.remove_prefix(1);
  if (!take_number(rest, ",", result.sequence)) return std::nullopt;
  rest.remove_prefix(1);
  // Linux 3.5 has no flags; what stands behind them is for later kernels to say.
  if (!take_number(rest, ",;", result.usec)) return std::nullopt;
  const std::size_t semicolon = rest.find(';');
  if (semicolon == std::string_view::npos) return std::nullopt;
  result.is_fragment = semicolon > 1 && rest[1] == 'c';
  rest.remove_prefix(semicolon + 1);
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  result.text = rest.substr(0, end);
  result.dictionary = rest.substr(end + 1);
  return result;
}

std::optional<std::string_view> next_dictionary_line(std::string_view& dictionary) {
  const std::size_t end = dictionary.find('\n');
  if (end == std::string_view::npos || !dictionary.starts_with(' ')) return std::nullopt;
  const std::string_view line = dictionary.substr(1, end - 1);
  dictionary.remove_prefix(end + 1);
  return line;
}

void append_unescaped(std::string_view escaped, std::string& out) {
  while (!escaped.empty()) {
    const std::size_t plain = escaped.find('\\');
    out.append(escaped.substr(0, plain));
    if (plain == std::string_view::npos) return;
    escaped.remove_prefix(plain);
    const auto byte = escaped_byte(escaped);
    out += byte.value_or('\\');
    escaped.remove_prefix(byte.has_value() ? 4 : 1);
  }
}

}  // namespace logq::wire
