// A match as text, for comparing: (A=1 & (B=1 | B=2)), "all" for no restriction.
#pragma once

#include <string>

#include "journal/match.h"

namespace logq::test {

inline std::string match_text(const journal::Match& match) {
  using Kind = journal::Match::Kind;
  if (match.kind == Kind::kAll) return "all";
  if (match.kind == Kind::kPayload) return match.payload;
  if (match.operands.size() == 1) return match_text(match.operands.front());
  std::string text;
  for (const journal::Match& operand : match.operands) {
    if (!text.empty()) text += match.kind == Kind::kAnd ? " & " : " | ";
    text += match_text(operand);
  }
  return "(" + text + ")";
}

}  // namespace logq::test
