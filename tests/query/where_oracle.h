// WhereOracle: a random --where expression, as text and as what it means, told by a plain recursive
// evaluation over names and values. Independent of lib/query: what texts count as comes from
// tables.
#pragma once

#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace logq::test {

// The fields of an entry; the values of one field in any order. Numbers and times of the entry
// itself belong to it too, as "__SEQNUM".
using EntryFields = std::multimap<std::string, std::string, std::less<>>;

class WhereOracle {
 public:
  // With at most 2^depth comparisons.
  static WhereOracle random(std::mt19937& random, unsigned depth);

  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool holds(const EntryFields& entry) const;

 private:
  enum class Kind { kComparison, kHas, kNot, kAnd, kOr };

  static WhereOracle random_leaf(std::mt19937& random);
  [[nodiscard]] bool some_value(const EntryFields& entry) const;

  Kind kind_ = Kind::kHas;
  std::vector<WhereOracle> operands_;
  std::string field_;
  std::string mark_;                   // "=", "not in", ...
  std::vector<std::size_t> literals_;  // indices of the table, or the one of a pattern
  bool loud_ = false;                  // keywords in capitals, more blanks and parentheses
};

// The stored fields of an entry with values that these expressions ask for: some fields several
// times, some not at all.
[[nodiscard]] EntryFields random_fields(std::mt19937& random);

}  // namespace logq::test
