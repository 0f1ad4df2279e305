#include "query/where_error.h"

#include <algorithm>
#include <vector>

#include "query/wide_character.h"
#include "wire/utf8.h"

namespace logq::query {
namespace {

// So much of a line is shown on either side of the place.
constexpr std::size_t kCellsBefore = 50;
constexpr std::size_t kCellsBehind = 25;

// A character of a line as it is shown.
struct Shown {
  std::size_t end;  // of its bytes
  std::string text;
  std::size_t cells;
};

std::size_t size_of_character(std::string_view text) {
  for (std::size_t size = 1; size <= std::min<std::size_t>(4, text.size()); ++size) {
    if (wire::is_valid_utf8(text.substr(0, size))) return size;
  }
  return 0;
}

std::vector<Shown> characters_of(std::string_view text, std::size_t begin, std::size_t end) {
  std::vector<Shown> characters;
  while (begin < end) {
    const std::size_t size = size_of_character(text.substr(begin, end - begin));
    const std::string_view character = text.substr(begin, size);
    const std::size_t end_of_it = begin + std::max<std::size_t>(size, 1);
    if (size == 0 || !wire::is_printable_utf8(character, wire::Newlines::kRefused)) {
      characters.push_back({end_of_it, "?", 1});
    } else if (character == "\t") {
      characters.push_back({end_of_it, " ", 1});
    } else {
      const bool wide = is_wide_character(wire::first_character(character));
      characters.push_back({end_of_it, std::string(character), wide ? std::size_t{2} : 1});
    }
    begin = end_of_it;
  }
  return characters;
}

}  // namespace

std::string show_where_error(std::string_view text, const WhereError& error) {
  const std::size_t at = std::min(error.at, text.size());
  const std::size_t newline = at == 0 ? text.npos : text.rfind('\n', at - 1);
  const std::size_t begin = newline == text.npos ? 0 : newline + 1;
  const std::size_t end = std::min(text.find('\n', at), text.size());
  const std::vector<Shown> characters = characters_of(text, begin, end);

  // The character that holds the place, or the end of the line.
  const auto place = std::find_if(characters.begin(), characters.end(),
                                  [at](const Shown& shown) { return shown.end > at; });
  std::size_t cells = 0;
  auto first = place;
  while (first != characters.begin() && cells + std::prev(first)->cells <= kCellsBefore)
    cells += (--first)->cells;

  std::string line = first == characters.begin() ? "  " : "  …";
  const std::size_t indent = (first == characters.begin() ? 2 : 3) + cells;
  auto last = first;
  for (std::size_t width = 0; last != characters.end(); ++last) {
    width += last->cells;
    if (width > cells + kCellsBehind) break;
    line += last->text;
  }
  if (last != characters.end()) line += "…";
  return line + "\n" + std::string(indent, ' ') + "^";
}

std::string describe_where_error(std::string_view text, const WhereError& error) {
  return error.message + "\n" + show_where_error(text, error);
}

}  // namespace logq::query
