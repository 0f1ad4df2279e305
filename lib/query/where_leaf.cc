#include "query/where_leaf.h"

#include <algorithm>
#include <compare>
#include <utility>

#include "base/try.h"
#include "query/where_text.h"

namespace logq::query {

WhereLeaf WhereLeaf::has(std::string name) {
  return {std::move(name), Operator::kHas};
}

WhereLeaf WhereLeaf::comparing(std::string name, Operator op, std::vector<WhereLiteral> literals) {
  WhereLeaf leaf(std::move(name), op);
  leaf.literals_ = std::move(literals);
  return leaf;
}

Result<WhereLeaf> WhereLeaf::matching(std::string name,
                                      std::string_view pattern,
                                      std::uint32_t step_limit) {
  WhereLeaf leaf(std::move(name), Operator::kMatches);
  leaf.grep_ = LOGQ_TRY(Grep::compile(pattern, CaseRule::kSensitive, step_limit));
  leaf.pattern_ = pattern;
  leaf.step_limit_ = step_limit;
  return leaf;
}

Result<WhereLeaf> WhereLeaf::clone() const {
  WhereLeaf leaf(name_, op_);
  leaf.negated_ = negated_;
  leaf.literals_ = literals_;
  leaf.pattern_ = pattern_;
  leaf.step_limit_ = step_limit_;
  if (grep_) leaf.grep_ = LOGQ_TRY(Grep::compile(pattern_, CaseRule::kSensitive, step_limit_));
  return leaf;
}

bool WhereLeaf::is_satisfied_by(std::string_view value) {
  if (op_ == Operator::kHas) return true;
  if (op_ == Operator::kMatches) return grep_->find(value).has_value();
  if (op_ == Operator::kEqual) {
    return std::any_of(literals_.begin(), literals_.end(),
                       [value](const WhereLiteral& literal) { return literal.equals(value); });
  }
  const auto order = literals_.front().compare(value);
  if (!order) return false;
  switch (op_) {
    case Operator::kLess:
      return std::is_lt(*order);
    case Operator::kLessOrEqual:
      return std::is_lteq(*order);
    case Operator::kGreater:
      return std::is_gt(*order);
    default:
      return std::is_gteq(*order);
  }
}

std::optional<std::vector<std::string_view>> WhereLeaf::only_values() const {
  if (op_ != Operator::kEqual) return std::nullopt;
  std::vector<std::string_view> values;
  for (const WhereLiteral& literal : literals_) {
    const auto value = literal.only_equal();
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

Grep::Failures WhereLeaf::failures() const {
  return grep_ ? grep_->failures() : Grep::Failures{};
}

std::string_view WhereLeaf::operator_text() const {
  switch (op_) {
    case Operator::kLess:
      return "<";
    case Operator::kLessOrEqual:
      return "<=";
    case Operator::kGreater:
      return ">";
    case Operator::kGreaterOrEqual:
      return ">=";
    case Operator::kMatches:
      return negated_ ? "!~" : "=~";
    default:
      return negated_ ? "!=" : "=";
  }
}

void WhereLeaf::append_text(std::string& out) const {
  if (op_ == Operator::kHas) {
    out += "has ";
    append_where_value(name_, out);
    return;
  }
  append_where_value(name_, out);
  out += ' ';
  if (op_ != Operator::kEqual || literals_.size() == 1) {
    out += operator_text();
    out += ' ';
    return append_where_value(op_ == Operator::kMatches ? pattern_ : literals_.front().text(), out);
  }
  out += negated_ ? "not in (" : "in (";
  for (const WhereLiteral& literal : literals_) {
    if (&literal != &literals_.front()) out += ", ";
    append_where_value(literal.text(), out);
  }
  out += ')';
}

}  // namespace logq::query
