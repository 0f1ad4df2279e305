// WhereLeaf: one comparison of a --where expression, as a question about one value of one field.
//
// Not thread-safe: a pattern keeps what it matched.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logq/result.h"
#include "query/grep.h"
#include "query/where_literal.h"

namespace logq::query {

class WhereLeaf {
 public:
  enum class Operator : std::uint8_t {
    kHas,
    kEqual,  ///< one of the literals: = and in
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kMatches,
  };

  static WhereLeaf has(std::string name);
  // REQUIRES: at least one literal; more than one only for kEqual.
  static WhereLeaf comparing(std::string name, Operator op, std::vector<WhereLiteral> literals);
  // Case counts, unless the pattern says (?i). Errors: those of Grep::compile().
  static Result<WhereLeaf> matching(std::string name,
                                    std::string_view pattern,
                                    std::uint32_t step_limit);
  // Another of the same. Fails for want of memory.
  [[nodiscard]] Result<WhereLeaf> clone() const;

  // The leaf with its negation, as it was written: !=, !~, not in. `has` and orders have none.
  void set_negated() { negated_ = true; }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Operator op() const { return op_; }
  [[nodiscard]] const std::vector<WhereLiteral>& literals() const { return literals_; }
  // The entry satisfies the leaf when NO value of the field satisfies it.
  [[nodiscard]] bool is_negated() const { return negated_; }

  // Whether a value does, negation left aside.
  [[nodiscard]] bool is_satisfied_by(std::string_view value);
  // The only values that do, where that is known without looking: for = and in.
  [[nodiscard]] std::optional<std::vector<std::string_view>> only_values() const;

  // Values on which the pattern was given up; nothing for a leaf without one.
  [[nodiscard]] Grep::Failures failures() const;

  // As it is written in an expression.
  void append_text(std::string& out) const;

 private:
  WhereLeaf(std::string name, Operator op) : name_(std::move(name)), op_(op) {}
  [[nodiscard]] std::string_view operator_text() const;

  std::string name_;
  Operator op_;
  bool negated_ = false;
  std::vector<WhereLiteral> literals_;
  std::string pattern_;
  std::uint32_t step_limit_ = 0;
  std::optional<Grep> grep_;
};

}  // namespace logq::query
