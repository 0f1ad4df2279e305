#include "supervise/unit_syntax.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/hex_digit.h"
#include "wire/utf8.h"

namespace logq::supervise {
namespace {

using Severity = UnitProblem::Severity;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::size_t kLineMax = std::size_t{1} << 20;

bool is_blank(char c) {
  return base::kBlanks.find(c) != std::string_view::npos;
}

// Whether the last backslash of a line stands for itself or continues it.
bool is_continued(std::string_view line) {
  bool escaped = false;
  for (const char c : line)
    escaped = !escaped && c == '\\';
  return escaped;
}

bool is_comment(std::string_view line) {
  const std::size_t first = line.find_first_not_of(base::kBlanks);
  return first != std::string_view::npos && (line[first] == '#' || line[first] == ';');
}

// Hands out lines, numbered by their last physical one; the parts of a continued line are joined.
class Lines {
 public:
  explicit Lines(std::string_view rest) : rest_(rest) {
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
  }

  bool next() {
    text_.clear();
    bool continued = false;
    while (!rest_.empty()) {
      const std::string_view part = take_physical();
      if (is_comment(part)) continue;
      text_ += part;
      if (text_.size() > kLineMax) return true;
      if (!is_continued(text_)) return true;
      text_.back() = ' ';
      continued = true;
    }
    if (continued) ++number_;  // systemd counts the line that should have followed
    return continued;
  }
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  std::string_view take_physical() {
    std::string_view line = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(std::min(line.size() + 1, rest_.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number_;
    return line;
  }

  std::string_view rest_;
  std::string text_;
  std::size_t number_ = 0;
};

// What of the file has been read.
class Reader {
 public:
  Reader(const std::string& file, std::span<const std::string_view> sections)
      : file_(file),
        sections_(sections) {}

  // False after a fatal problem.
  bool read_line(std::string_view text, std::size_t number) {
    line_ = number;
    if (text.size() > kLineMax) return refuse("Line too long");
    const std::string_view line = without_blanks(text);
    if (line.empty()) return true;
    if (line.find('\0') != std::string_view::npos) return refuse("NUL byte in the file");
    if (!wire::is_valid_utf8(line)) {
      std::string shown(line);
      wire::hide_controls(shown, 0, '?');
      return refuse("String is not UTF-8 clean, ignoring assignment: " + shown);
    }
    return line.front() == '[' ? enter_section(line) : read_assignment(line);
  }

  UnitText take() { return std::move(result_); }

 private:
  void warn(std::string message) {
    result_.problems.push_back({file_, line_, std::move(message), Severity::kWarning});
  }
  bool refuse(std::string message) {
    result_.problems.push_back({file_, line_, std::move(message), Severity::kFatal});
    return false;
  }

  bool enter_section(std::string_view line) {
    if (line.size() < 2 || line.back() != ']') {
      return refuse("Invalid section header '" + std::string(line) + "'");
    }
    section_ = line.substr(1, line.size() - 2);
    const auto is_bad = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
    if (std::ranges::any_of(section_, is_bad) ||
        section_.find_first_of("\"'\\") != std::string::npos) {
      return refuse("Bad characters in section header '" + std::string(line) + "'");
    }
    where_ = std::ranges::find(sections_, section_) == sections_.end() ? Where::kElsewhere
                                                                       : Where::kInSection;
    if (where_ == Where::kElsewhere && !section_.starts_with("X-")) {
      warn("Unknown section '" + section_ + "'. Ignoring.");
    }
    return true;
  }

  bool read_assignment(std::string_view line) {
    if (where_ == Where::kBeforeAny) warn("Assignment outside of section. Ignoring.");
    if (where_ != Where::kInSection) return true;
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      warn("Missing '=', ignoring line.");
    } else if (equals == 0) {
      warn("Missing key name before '=', ignoring line.");
    } else {
      result_.assignments.push_back({section_, std::string(without_blanks(line.substr(0, equals))),
                                     std::string(without_blanks(line.substr(equals + 1))), line_});
    }
    return true;
  }

  enum class Where : std::uint8_t { kBeforeAny, kElsewhere, kInSection };

  const std::string& file_;
  const std::span<const std::string_view> sections_;
  UnitText result_;
  std::string section_;
  std::size_t line_ = 0;
  Where where_ = Where::kBeforeAny;
};

void append_utf8(std::uint32_t code, std::string& out) {
  const auto add = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
    return;
  }
  if (code < 0x800) {
    add(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    add(0xe0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3f));
  } else {
    add(0xf0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3f));
    add(0x80 | (code >> 6 & 0x3f));
  }
  add(0x80 | (code & 0x3f));
}

// Reads `count` digits of base 8 or 16 from the front of `text`.
std::optional<std::uint32_t> digits(std::string_view text, std::size_t count, unsigned radix) {
  if (text.size() < count) return std::nullopt;
  std::uint32_t number = 0;
  for (const char c : text.substr(0, count)) {
    const auto digit = base::hex_digit(c);
    if (!digit || *digit >= radix) return std::nullopt;
    number = number * radix + *digit;
  }
  return number;
}

// A number in digits, as a byte or as a character.
bool append_number(std::string_view& text, std::size_t count, unsigned radix, std::string& out) {
  const auto number = digits(text, count, radix);
  if (!number) return false;
  const bool is_byte = count < 4;
  if (*number > (is_byte ? 0xffU : 0x10ffffU)) return false;
  text.remove_prefix(count);
  if (is_byte) {
    out += static_cast<char>(*number);
  } else {
    append_utf8(*number, out);
  }
  return true;
}

// Takes what stands behind a backslash; false, with `text` as it was, where that is no escape.
bool append_escape(std::string_view& text, std::string& out) {
  if (text.empty()) return false;
  constexpr std::string_view kLetters = "abfnrtv\\\"'s";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\\"' ";
  const char letter = text.front();
  if (letter >= '0' && letter <= '7') return append_number(text, 3, 8, out);
  std::string_view rest = text.substr(1);
  const std::size_t place = kLetters.find(letter);
  bool done = place != std::string_view::npos;
  if (done) out += kMeanings[place];
  if (letter == 'x') done = append_number(rest, 2, 16, out);
  if (letter == 'u') done = append_number(rest, 4, 16, out);
  if (letter == 'U') done = append_number(rest, 8, 16, out);
  if (done) text = rest;
  return done;
}

// The same where NUL is none.
bool append_escape_but_nul(std::string_view& text, std::string& out) {
  std::string_view rest = text;
  std::string resolved;
  if (!append_escape(rest, resolved) || resolved.front() == 0) return false;
  out += resolved;
  text = rest;
  return true;
}

// Takes a backslash and what belongs to it; false where that is refused.
bool take_escape(std::string_view& text, Escapes escapes, std::string& word) {
  std::string_view rest = text.substr(1);
  if (escapes == Escapes::kAnything || escapes == Escapes::kLenient) {
    word += rest.substr(0, 1);
    text.remove_prefix(rest.empty() ? 1 : 2);
    return !rest.empty() || escapes == Escapes::kLenient;
  }
  if (!append_escape_but_nul(rest, word)) {
    if (escapes == Escapes::kRefused) return false;
    word += text.substr(0, 2);
    rest = text.substr(std::min<std::size_t>(2, text.size()));
  }
  text = rest;
  return true;
}

}  // namespace

std::string UnitProblem::text() const {
  if (file.empty()) return message;
  return file + ":" + (line == 0 ? "" : std::to_string(line) + ":") + " " + message;
}

std::string_view without_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(base::kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(base::kBlanks) + 1);
}

UnitText read_unit_text(std::string_view text,
                        const std::string& file,
                        std::span<const std::string_view> sections) {
  Reader reader(file, sections);
  Lines lines(text);
  while (lines.next()) {
    if (!reader.read_line(lines.text(), lines.number())) break;
  }
  return reader.take();
}

std::optional<std::string> take_word(std::string_view& text, Escapes escapes) {
  std::string_view rest = text;
  rest.remove_prefix(std::min(rest.find_first_not_of(base::kBlanks), rest.size()));
  if (rest.empty()) {
    text = {};
    return std::nullopt;
  }
  std::string word;
  char quote = 0;
  while (!rest.empty()) {
    const char c = rest.front();
    if (c == '\\') {
      if (!take_escape(rest, escapes, word)) return std::nullopt;
      continue;
    }
    if (quote == 0 && is_blank(c)) break;
    rest.remove_prefix(1);
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else {
      word += c;
    }
  }
  if (quote != 0 && escapes != Escapes::kLenient) return std::nullopt;
  rest.remove_prefix(std::min(rest.find_first_not_of(base::kBlanks), rest.size()));
  text = rest;
  return word;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c != '\\') {
      out += c;
    } else if (!append_escape(text, out)) {
      return std::nullopt;
    }
  }
  return out;
}

std::optional<std::vector<std::string>> split_words(std::string_view text, Escapes escapes) {
  std::vector<std::string> words;
  while (auto word = take_word(text, escapes))
    words.push_back(std::move(*word));
  if (!text.empty()) return std::nullopt;
  return words;
}

std::vector<std::string_view> split_blanks(std::string_view text) {
  std::vector<std::string_view> parts;
  for (text = without_blanks(text); !text.empty(); text = without_blanks(text)) {
    const std::size_t size = std::min(text.find_first_of(base::kBlanks), text.size());
    parts.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return parts;
}

}  // namespace logq::supervise
