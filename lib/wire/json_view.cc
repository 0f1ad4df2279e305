#include "wire/json_view.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/ascii.h"
#include "wire/utf8.h"

namespace logq::wire {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::optional<std::uint32_t> parse_hex4(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  std::uint32_t unit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + 4, unit, 16);
  if (error != std::errc{} || end != text.data() + 4) return std::nullopt;
  return unit;
}

void append_utf8(std::uint32_t c, std::string& out) {
  const auto continuation = [&](unsigned shift) {
    out.push_back(static_cast<char>(0x80 | ((c >> shift) & 0x3f)));
  };
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xc0 | (c >> 6)));
    continuation(0);
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | (c >> 12)));
    continuation(6);
    continuation(0);
  } else {
    out.push_back(static_cast<char>(0xf0 | (c >> 18)));
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

// What an escape stands for, and how many bytes it takes; nothing when it is none, or a NUL.
struct Escape {
  std::uint32_t character = 0;
  std::size_t length = 0;
};
std::optional<Escape> parse_unicode_escape(std::string_view text) {
  const auto unit = parse_hex4(text.substr(2));
  if (!unit || *unit == 0 || (*unit >= 0xdc00 && *unit < 0xe000)) return std::nullopt;
  if (*unit < 0xd800 || *unit >= 0xe000) return Escape{*unit, 6};
  if (text.size() < 12 || text.substr(6, 2) != "\\u") return std::nullopt;
  const auto low = parse_hex4(text.substr(8));
  if (!low || *low < 0xdc00 || *low >= 0xe000) return std::nullopt;
  return Escape{0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00), 12};
}

std::optional<Escape> parse_escape(std::string_view text) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (text.size() < 2) return std::nullopt;
  if (text[1] == 'u') return parse_unicode_escape(text);
  const std::size_t which = kNames.find(text[1]);
  if (which == std::string_view::npos) return std::nullopt;
  return Escape{static_cast<std::uint32_t>(kMeanings[which]), 2};
}

// The string with its quotes that `text` begins with.
std::optional<std::string_view> scan_string(std::string_view text) {
  std::size_t at = 1;
  while (at < text.size() && text[at] != '"') {
    if (static_cast<unsigned char>(text[at]) < 0x20) return std::nullopt;
    if (text[at] != '\\') {
      ++at;
      continue;
    }
    const auto escape = parse_escape(text.substr(at));
    if (!escape) return std::nullopt;
    at += escape->length;
  }
  if (at >= text.size() || !is_valid_utf8(text.substr(1, at - 1))) return std::nullopt;
  return text.substr(0, at + 1);
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && base::is_digit(text[at]))
    ++at;
  return at;
}

std::optional<std::string_view> scan_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = at;
  at = skip_digits(text, at);
  if (at == whole || (text[whole] == '0' && at > whole + 1)) return std::nullopt;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = at + 1;
    at = skip_digits(text, fraction);
    if (at == fraction) return std::nullopt;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::size_t exponent = at + 1;
    if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
    at = skip_digits(text, exponent);
    if (at == exponent) return std::nullopt;
  }
  return text.substr(0, at);
}

// The value that `text` begins with, when it is no array and no object.
std::optional<std::string_view> scan_scalar(std::string_view text) {
  if (text.starts_with('"')) return scan_string(text);
  for (const std::string_view word : {"null", "true", "false"}) {
    if (text.starts_with(word)) return text.substr(0, word.size());
  }
  return scan_number(text);
}

// Checks a whole text, or measures its first value. Not recursive: the depth of what strangers send
// is not to be that of our stack.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  // Moves behind one value; false where there is none.
  bool skip_value() {
    do {
      if (!step()) return false;
    } while (!in_object_.empty());
    return true;
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_]))
      ++at_;
  }

  [[nodiscard]] std::size_t position() const { return at_; }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  bool take_scanned(std::optional<std::string_view> found) {
    if (found) at_ += found->size();
    return found.has_value();
  }

  // From where a value begins to where the next one does, or to the end of the outermost.
  bool step() {
    skip_blanks();
    const char c = peek();
    if (c == '{' || c == '[') return open(c == '{');
    return take_scanned(scan_scalar(text_.substr(at_))) && end_value();
  }

  bool open(bool is_object) {
    if (in_object_.size() > JsonView::kDepthMax) return false;
    ++at_;
    in_object_.push_back(is_object);
    skip_blanks();
    if (peek() == (is_object ? '}' : ']')) return close() && end_value();
    return !is_object || take_name();
  }

  bool close() {
    ++at_;
    in_object_.pop_back();
    return true;
  }

  bool take_name() {
    skip_blanks();
    if (peek() != '"' || !take_scanned(scan_string(text_.substr(at_)))) return false;
    skip_blanks();
    return take(':');
  }

  // Behind a value: the ends of all it is the last one of, then a comma.
  bool end_value() {
    while (!in_object_.empty()) {
      skip_blanks();
      if (take(',')) return !in_object_.back() || take_name();
      if (peek() != (in_object_.back() ? '}' : ']')) return false;
      close();
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<bool> in_object_;  // of each that is open, the outermost first
};

// REQUIRES: a checked text, from the quote on.
std::string decode_string(std::string_view quoted) {
  std::string decoded;
  const std::string_view text = quoted.substr(1, quoted.size() - 2);
  for (std::size_t at = 0; at < text.size();) {
    const auto escape = text[at] == '\\' ? parse_escape(text.substr(at)) : std::nullopt;
    if (escape) {
      append_utf8(escape->character, decoded);
      at += escape->length;
      continue;
    }
    const std::size_t end = std::min(text.find('\\', at + 1), text.size());
    decoded.append(text, at, end - at);
    at = end;
  }
  return decoded;
}

}  // namespace

Result<JsonView> JsonView::parse(std::string_view text) {
  Scanner scanner(text);
  scanner.skip_blanks();
  const std::size_t begin = scanner.position();
  if (!scanner.skip_value()) return fail(Error::corrupt(scanner.position(), "not JSON"));
  const std::size_t end = scanner.position();
  scanner.skip_blanks();
  if (scanner.position() != text.size()) {
    return fail(Error::corrupt(scanner.position(), "text behind the JSON value"));
  }
  return JsonView(text.substr(begin, end - begin));
}

JsonView::Kind JsonView::kind() const {
  switch (text_.front()) {
    case 'n':
      return Kind::kNull;
    case 't':
    case 'f':
      return Kind::kBoolean;
    case '"':
      return Kind::kString;
    case '[':
      return Kind::kArray;
    case '{':
      return Kind::kObject;
    default:
      return Kind::kNumber;
  }
}

std::optional<bool> JsonView::boolean() const {
  if (kind() != Kind::kBoolean) return std::nullopt;
  return text_.front() == 't';
}

std::optional<std::uint64_t> JsonView::unsigned_integer() const {
  if (kind() != Kind::kNumber) return std::nullopt;
  std::uint64_t value = 0;
  const char* const end = text_.data() + text_.size();
  const auto [stop, error] = std::from_chars(text_.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::optional<double> JsonView::number() const {
  if (kind() != Kind::kNumber) return std::nullopt;
  double value = 0;
  const char* const end = text_.data() + text_.size();
  const auto [stop, error] = std::from_chars(text_.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::optional<std::string> JsonView::string() const {
  if (kind() != Kind::kString) return std::nullopt;
  return decode_string(text_);
}

std::optional<JsonView> JsonView::member(std::string_view name) const {
  JsonMembers members(*this);
  while (auto member = members.next()) {
    if (member->name == name) return member->value;
  }
  return std::nullopt;
}

JsonMembers::JsonMembers(const JsonView& object) {
  if (object.kind() == JsonView::Kind::kObject) rest_ = object.text().substr(1);
}

// The text of the value that `rest` begins with, blanks aside, and takes it off.
std::optional<std::string_view> JsonView::take_value(std::string_view& rest) {
  Scanner scanner(rest);
  scanner.skip_blanks();
  const std::size_t begin = scanner.position();
  if (!scanner.skip_value()) return std::nullopt;
  const std::string_view value = rest.substr(begin, scanner.position() - begin);
  rest.remove_prefix(scanner.position());
  return value;
}

// The text has been checked, so what is looked for is there.
std::optional<JsonMembers::Member> JsonMembers::next() {
  const std::size_t quote = rest_.find_first_of("\"}");
  if (quote == std::string_view::npos || rest_[quote] == '}') return std::nullopt;
  rest_.remove_prefix(quote);
  const auto name = scan_string(rest_);
  if (!name) return std::nullopt;
  rest_.remove_prefix(std::min(rest_.find(':', name->size()), rest_.size() - 1) + 1);
  const auto value = JsonView::take_value(rest_);
  if (!value) return std::nullopt;
  return Member{decode_string(*name), JsonView(*value)};
}

JsonElements::JsonElements(const JsonView& array) {
  if (array.kind() == JsonView::Kind::kArray) rest_ = array.text().substr(1);
}

std::optional<JsonView> JsonElements::next() {
  const std::size_t begin = rest_.find_first_not_of(", \t\n\r");
  if (begin == std::string_view::npos || rest_[begin] == ']') return std::nullopt;
  rest_.remove_prefix(begin);
  const auto value = JsonView::take_value(rest_);
  if (!value) return std::nullopt;
  return JsonView(*value);
}

}  // namespace logq::wire
