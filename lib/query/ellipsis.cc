#include "query/ellipsis.h"

#include <algorithm>

#include "query/wide_character.h"
#include "wire/utf8.h"

namespace logq::query {
namespace {

constexpr std::string_view kUnicodeEllipsis = "\xe2\x80\xa6";
constexpr std::string_view kAsciiEllipsis = "...";

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// Bytes are cells. The share before the ellipsis is rounded, and the result is as long as allowed.
void append_ascii(std::string_view line, const EllipsisRule& rule, std::string& out) {
  if (line.size() <= rule.cells) {
    out += line;
    return;
  }
  const std::string_view ellipsis = rule.unicode ? kUnicodeEllipsis : kAsciiEllipsis;
  const std::size_t ellipsis_cells = rule.unicode ? 1 : kAsciiEllipsis.size();
  if (rule.cells < ellipsis_cells) {
    out.append(rule.cells, '.');
    return;
  }
  const std::size_t rest = rule.cells - ellipsis_cells;
  const std::size_t before = (rest * rule.percent + 50) / 100;
  out += line.substr(0, before);
  out += ellipsis;
  out += line.substr(line.size() - (rest - before));
}

std::size_t cells_of(std::string_view character) {
  return is_wide_character(wire::first_character(character)) ? 2 : 1;
}

// Start of the character that ends at `end`, or that follows the one at `begin`.
std::size_t character_before(std::string_view line, std::size_t end) {
  do
    --end;
  while (end > 0 && is_continuation(line[end]));
  return end;
}

std::size_t character_after(std::string_view line, std::size_t begin) {
  do
    ++begin;
  while (begin < line.size() && is_continuation(line[begin]));
  return begin;
}

// From both ends as many characters as fit; if they do not meet, one of them makes room.
void append_characters(std::string_view line, const EllipsisRule& rule, std::string& out) {
  const std::size_t before = (rule.cells - 1) * rule.percent / 100;
  std::size_t cells = 0;
  std::size_t head = 0;
  while (head < line.size()) {
    const std::size_t width = cells_of(line.substr(head));
    if (cells + width > before) break;
    cells += width;
    head = character_after(line, head);
  }
  std::size_t tail = line.size();
  while (tail > head) {
    const std::size_t start = character_before(line, tail);
    const std::size_t width = cells_of(line.substr(start));
    if (cells + width > rule.cells) break;
    cells += width;
    tail = start;
  }
  if (head == tail) {
    out += line;
    return;
  }
  if (tail < line.size()) {
    tail = character_after(line, tail);
  } else if (head > 0) {
    head = character_before(line, head);
  }
  out += line.substr(0, head);
  out += kUnicodeEllipsis;
  out += line.substr(tail);
}

}  // namespace

void append_ellipsised(std::string_view line, const EllipsisRule& rule, std::string& out) {
  if (rule.cells == 0) return;
  if (is_ascii(line)) {
    append_ascii(line, rule, out);
  } else {
    append_characters(line, rule, out);
  }
}

}  // namespace logq::query
