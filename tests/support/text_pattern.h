// Regular expressions, apart from their users: a source that includes <regex> takes four seconds
// more to compile, and without optimisation a match takes several times as long.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace logq::test {

// An ECMAScript pattern. Copies share what was compiled.
class TextPattern {
 public:
  explicit TextPattern(std::string_view pattern);

  bool found_in(const std::string& text) const;

  // One after the other, each as the whole match and then its groups.
  std::vector<std::vector<std::string>> all_in(const std::string& text) const;

  // `text` with `by` for each match, in which $1 is the first group.
  std::string replaced_in(const std::string& text, const std::string& by) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace logq::test
