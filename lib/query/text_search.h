// TextSearch: the patterns of -g, and the fields whose values they are looked for in.
//
// Not thread-safe: one per thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/grep.h"
#include "query/text_span.h"

namespace logq::query {

struct TextSearchPlan {
  std::vector<std::string> patterns;  // any of which is to be found
  CaseRule case_rule = CaseRule::kAutomatic;
  // Empty: MESSAGE, of which an entry's first value counts, as in journalctl. Of fields that are
  // named every value counts.
  std::vector<std::string> fields;
  bool all_fields = false;
};

class TextSearch {
 public:
  // As Grep::compile() of the first pattern that does not compile, which bad_pattern() names.
  static Result<TextSearch> compile(const TextSearchPlan& plan);
  [[nodiscard]] static const std::string* bad_pattern(const TextSearchPlan& plan);

  // The value of a payload, "FIELD=value", of a field that is searched.
  [[nodiscard]] std::optional<std::string_view> value_in(std::string_view payload) const;
  // Whether no further value of an entry is searched behind the first.
  [[nodiscard]] bool first_value_only() const { return first_only_; }

  // Where the leftmost match of any pattern is.
  [[nodiscard]] std::optional<TextSpan> find(std::string_view value);

  // The only field that is searched, if it is one.
  [[nodiscard]] std::optional<std::string_view> only_field() const;

  // Texts on which a search was given up.
  [[nodiscard]] Grep::Failures failures() const;

 private:
  std::vector<Grep> patterns_;
  std::vector<std::string> prefixes_;  // "FIELD="; none: all fields
  bool first_only_ = false;
};

}  // namespace logq::query
