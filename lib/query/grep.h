// Grep: the pattern of -g, a Perl-compatible regular expression over the bytes of MESSAGE.
//
// As in journalctl the subject is bytes, not UTF-8: "." is one byte. Compiled to machine code where
// the platform allows it, interpreted otherwise; the working memory is made once and reused. A
// pattern that needs too many steps on some text does not match it; that is counted, never silent.
// Not thread-safe: one Grep per thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "logq/result.h"
#include "query/text_span.h"

namespace logq::query {

enum class CaseRule {
  kAutomatic,  ///< case counts when the pattern has an upper-case letter
  kSensitive,
  kInsensitive,
};

class Grep {
 public:
  // kInvalidArgument with the position in the pattern as `offset`; describe_pattern_error() has the
  // words.
  // After `step_limit` steps on a text the search is given up; 0: PCRE2's own limit, ten million.
  static Result<Grep> compile(std::string_view pattern,
                              CaseRule rule,
                              std::uint32_t step_limit = 0);
  Grep(Grep&& other) noexcept;
  Grep& operator=(Grep&& other) noexcept;
  Grep(const Grep&) = delete;
  Grep& operator=(const Grep&) = delete;
  ~Grep();

  // The leftmost match.
  [[nodiscard]] std::optional<TextSpan> find(std::string_view text);

  // Texts on which the search was given up, and why it was the first time ("match limit exceeded").
  struct Failures {
    std::uint64_t n_texts = 0;
    std::string first_cause;

    void add(const Failures& more) {
      if (n_texts == 0) first_cause = more.first_cause;
      n_texts += more.n_texts;
    }
  };
  [[nodiscard]] const Failures& failures() const;

 private:
  class Impl;
  explicit Grep(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// What is wrong with a pattern that does not compile, as journalctl says it, with the place:
// `Bad pattern "a[": missing terminating ] for character class (at byte 2)`. Empty for a good one.
[[nodiscard]] std::string describe_pattern_error(std::string_view pattern);

}  // namespace logq::query
