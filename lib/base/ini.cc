#include "base/ini.h"

#include <algorithm>

namespace logq::base {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

// Hands out lines, numbered; the physical lines of a continued one are joined.
class Lines {
 public:
  explicit Lines(std::string_view rest) : rest_(rest) {}

  bool next() {
    if (rest_.empty()) return false;
    text_.clear();
    first_line_ = line_ + 1;
    bool continued = true;
    while (continued && !rest_.empty()) {
      std::string_view part = trim(take_physical());
      // Comments may stand between the parts of a continued line.
      const bool comment = part.starts_with('#') || part.starts_with(';');
      if (comment && !text_.empty()) continue;
      continued = !comment && part.ends_with('\\');
      if (continued) part.remove_suffix(1);
      if (!text_.empty()) text_ += ' ';
      text_ += trim(part);
    }
    return true;
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::size_t number() const { return first_line_; }

 private:
  std::string_view take_physical() {
    const std::string_view line = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(std::min(line.size() + 1, rest_.size()));
    ++line_;
    return line;
  }

  std::string_view rest_;
  std::string text_;
  std::size_t line_ = 0;
  std::size_t first_line_ = 0;
};

}  // namespace

IniFile parse_ini(std::string_view text) {
  IniFile file;
  std::string section;
  Lines lines(text);
  while (lines.next()) {
    const std::string_view line = trim(lines.text());
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      if (line.back() != ']') {
        file.problems.push_back({lines.number(), "section header without ]"});
        continue;
      }
      section = line.substr(1, line.size() - 2);
      continue;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      file.problems.push_back({lines.number(), "neither a section nor KEY=VALUE"});
    } else if (section.empty()) {
      file.problems.push_back({lines.number(), "assignment outside of a section"});
    } else {
      file.assignments.push_back({section, std::string(trim(line.substr(0, equals))),
                                  std::string(trim(line.substr(equals + 1))), lines.number()});
    }
  }
  return file;
}

}  // namespace logq::base
