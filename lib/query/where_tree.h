// WhereTree: how the comparisons of a --where expression are joined.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "query/where_leaf.h"

namespace logq::query {

struct WhereTree {
  enum class Kind : std::uint8_t { kLeaf, kNot, kAnd, kOr };
  Kind kind = Kind::kLeaf;
  std::size_t leaf = 0;             // kLeaf: which one, counted from 0 in the order of the text
  std::vector<WhereTree> operands;  // kNot: one; kAnd, kOr: two or more, none of the same kind

  friend bool operator==(const WhereTree&, const WhereTree&) = default;
};

// An expression: each leaf occurs once in the tree.
struct WhereExpression {
  WhereTree tree;
  std::vector<WhereLeaf> leaves;
};

// Joins `operand` to what stands in `joined` already, which becomes an AND or OR of both.
void join_where(WhereTree::Kind kind, WhereTree operand, WhereTree& joined);

}  // namespace logq::query
