// Match: which entries are wanted, as journalctl's matches: a tree of AND and OR over exact
// "FIELD=value" payloads, evaluated on the index of each file.
#pragma once

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

}  // namespace logq::journal
