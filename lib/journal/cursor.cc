#include "journal/cursor.h"

#include <charconv>
#include <cstdlib>

namespace logq::journal {
namespace {

// As lenient as journalctl, which leaves this to scanf: blanks, a sign or 0x may come first, what
// follows the digits is ignored.
std::optional<std::uint64_t> parse_hex(std::string_view text) {
  const std::string number(text);
  char* stop = nullptr;
  const std::uint64_t value = std::strtoull(number.c_str(), &stop, 16);
  if (stop == number.c_str()) return std::nullopt;
  return value;
}

void append_hex(std::string& text, std::string_view key, std::uint64_t value) {
  char digits[16];
  const auto [end, error] = std::to_chars(digits, digits + sizeof(digits), value, 16);
  text += key;
  if (error == std::errc()) text.append(digits, end);
}

bool parse_number(std::string_view text, std::optional<std::uint64_t>& into) {
  into = parse_hex(text);
  return into.has_value();
}

bool parse_id(std::string_view text, std::optional<Id128>& into) {
  into = Id128::parse(text);
  return into.has_value();
}

// Takes over one "k=value" part; false when its value is not one.
bool parse_part(std::string_view part, Cursor& cursor) {
  if (part.size() < 2 || part[1] != '=') return false;
  const std::string_view value = part.substr(2);
  switch (part[0]) {
    case 's':
      return parse_id(value, cursor.seqnum_id);
    case 'i':
      return parse_number(value, cursor.seqnum);
    case 'b':
      return parse_id(value, cursor.boot_id);
    case 'm':
      return parse_number(value, cursor.monotonic_usec);
    case 't':
      return parse_number(value, cursor.realtime_usec);
    case 'x':
      return parse_number(value, cursor.xor_hash);
    default:
      return true;
  }
}

}  // namespace

std::optional<Cursor> Cursor::parse(std::string_view text) {
  Cursor cursor;
  while (true) {
    const std::size_t end = text.find(';');
    if (!parse_part(text.substr(0, end), cursor)) return std::nullopt;
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  const bool valid = (cursor.seqnum_id && cursor.seqnum) ||
                     (cursor.monotonic_usec && cursor.boot_id) || cursor.realtime_usec;
  if (!valid) return std::nullopt;
  return cursor;
}

std::string Cursor::to_string() const {
  std::string text;
  if (seqnum_id) text += "s=" + seqnum_id->to_string() + ";";
  if (seqnum) append_hex(text, "i=", *seqnum), text += ';';
  if (boot_id) text += "b=" + boot_id->to_string() + ";";
  if (monotonic_usec) append_hex(text, "m=", *monotonic_usec), text += ';';
  if (realtime_usec) append_hex(text, "t=", *realtime_usec), text += ';';
  if (xor_hash) append_hex(text, "x=", *xor_hash), text += ';';
  if (!text.empty()) text.pop_back();
  return text;
}

Cursor cursor_of(const Id128& seqnum_id, const EntryInfo& entry) {
  Cursor cursor;
  cursor.seqnum_id = seqnum_id;
  cursor.seqnum = entry.seqnum;
  cursor.boot_id = entry.boot_id;
  cursor.monotonic_usec = entry.monotonic_usec;
  cursor.realtime_usec = entry.realtime_usec;
  cursor.xor_hash = entry.xor_hash;
  return cursor;
}

}  // namespace logq::journal
