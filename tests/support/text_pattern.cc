#include "support/text_pattern.h"

#include <regex>

namespace logq::test {

struct TextPattern::Compiled {
  std::regex regex;
};

TextPattern::TextPattern(std::string_view pattern)
    : compiled_(std::make_shared<const Compiled>(Compiled{std::regex(std::string(pattern))})) {}

bool TextPattern::found_in(const std::string& text) const {
  return std::regex_search(text, compiled_->regex);
}

std::vector<std::vector<std::string>> TextPattern::all_in(const std::string& text) const {
  std::vector<std::vector<std::string>> matches;
  for (std::sregex_iterator at(text.begin(), text.end(), compiled_->regex), end; at != end; ++at)
    matches.emplace_back(at->begin(), at->end());
  return matches;
}

std::string TextPattern::replaced_in(const std::string& text, const std::string& by) const {
  return std::regex_replace(text, compiled_->regex, by);
}

}  // namespace logq::test
