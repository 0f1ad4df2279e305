#include "query/terminal_text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace logq::query {
namespace {

constexpr char kBell = '\a';
constexpr std::string_view kTabStop = "        ";

// Length of the colour sequence whose parameters begin `text`, after "ESC [".
std::size_t color_length(std::string_view text) {
  // journalctl takes a NUL for a parameter too; the size of a blob depends on it.
  constexpr std::string_view kParameters("0123456789;\0", 12);
  const std::size_t end = text.find_first_not_of(kParameters);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : std::string_view::npos;
}

// Length of the operating system command that begins `text`, after "ESC ]".
std::size_t command_length(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == kBell) return i + 1;
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c > 0x7e) break;
  }
  return std::string_view::npos;
}

// Length of the sequence that begins `text` with an escape character, or 0 when it is none.
std::size_t sequence_length(std::string_view text) {
  if (text.size() < 2) return 0;
  std::size_t length = std::string_view::npos;
  if (text[1] == '[') length = color_length(text.substr(2));
  if (text[1] == ']') length = command_length(text.substr(2));
  return length == std::string_view::npos ? 0 : length + 2;
}

// The first tab, escape or carriage return. Text has few control characters, so
// eight bytes are looked at together: one of them is below 0x20 if the subtraction borrows.
std::size_t find_special(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  for (std::size_t i = 0; i < text.size();) {
    std::uint64_t word = 0;
    if (text.size() - i >= sizeof word) {
      std::memcpy(&word, text.data() + i, sizeof word);
      if (((word - 0x20 * kOnes) & ~word & (0x80 * kOnes)) == 0) {
        i += sizeof word;
        continue;
      }
    }
    const std::size_t end = std::min(i + sizeof word, text.size());
    for (; i < end; ++i) {
      if (text[i] == '\t' || text[i] == '\x1b' || text[i] == '\r') return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::string_view strip_tabs_and_ansi(std::string_view text, std::string& scratch) {
  std::size_t special = find_special(text);
  if (special == std::string_view::npos) return text;

  scratch.clear();
  while (special != std::string_view::npos) {
    scratch.append(text.substr(0, special));
    text.remove_prefix(special);
    std::size_t taken = 1;
    if (text[0] == '\t') {
      scratch.append(kTabStop);
    } else if (text[0] == '\r') {
      taken = std::min(text.find_first_not_of('\r'), text.size());
      const bool ends_line = taken == text.size() || text[taken] == '\n';
      if (!ends_line) scratch.append(taken, '\r');
    } else if (const std::size_t length = sequence_length(text); length > 0) {
      taken = length;
    } else {
      // What follows an escape character that begins no sequence is not looked at again.
      taken = std::min<std::size_t>(text.size(), 2);
      scratch.append(text.substr(0, taken));
    }
    text.remove_prefix(taken);
    special = find_special(text);
  }
  scratch.append(text);
  return scratch;
}

}  // namespace logq::query
