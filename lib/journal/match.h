// Match: which entries are wanted, as journalctl's matches: a tree of AND and OR over exact
// "FIELD=value" payloads, evaluated on the index of each file.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace logq::journal {

struct Match {
  enum class Kind { kAll, kPayload, kAnd, kOr };
  Kind kind = Kind::kAll;
  std::string payload;          // kPayload: "FIELD=value"
  std::vector<Match> operands;  // kAnd: at least one; an empty kOr matches nothing

  static Match all() { return {}; }
  static Match none() { return any_of({}); }
  static Match exactly(std::string payload) { return {Kind::kPayload, std::move(payload), {}}; }
  static Match all_of(std::vector<Match> operands) { return {Kind::kAnd, {}, std::move(operands)}; }
  static Match any_of(std::vector<Match> operands) { return {Kind::kOr, {}, std::move(operands)}; }
};

// Whether a file can have an entry that is wanted, where `may_hold(payload)` says whether it can
// have one that carries the payload.
template <typename MayHold>
[[nodiscard]] bool may_be_satisfied(const Match& match, const MayHold& may_hold) {
  const auto operand_may = [&may_hold](const Match& operand) {
    return may_be_satisfied(operand, may_hold);
  };
  switch (match.kind) {
    case Match::Kind::kAll:
      return true;
    case Match::Kind::kPayload:
      return may_hold(match.payload);
    case Match::Kind::kAnd:
      return std::all_of(match.operands.begin(), match.operands.end(), operand_may);
    case Match::Kind::kOr:
      break;
  }
  return std::any_of(match.operands.begin(), match.operands.end(), operand_may);
}

}  // namespace logq::journal
