#include "query/where.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <utility>

#include "base/try.h"

namespace logq::query {
namespace {

using Kind = WhereTree::Kind;

void shift_leaves(std::size_t by, WhereTree& tree) {
  tree.leaf += tree.kind == Kind::kLeaf ? by : 0;
  for (WhereTree& operand : tree.operands)
    shift_leaves(by, operand);
}

std::uint64_t number_of(std::string_view name, const journal::EntryInfo& entry) {
  if (name == "__REALTIME_TIMESTAMP") return entry.realtime_usec;
  if (name == "__MONOTONIC_TIMESTAMP") return entry.monotonic_usec;
  return entry.seqnum;
}

// How tightly operands are bound: what is joined more loosely than `around` gets parentheses.
void append_tree(const WhereTree& tree,
                 const std::vector<WhereLeaf>& leaves,
                 Kind around,
                 std::string& out) {
  if (tree.kind == Kind::kLeaf) return leaves[tree.leaf].append_text(out);
  if (tree.kind == Kind::kNot) {
    out += "not ";
    return append_tree(tree.operands.front(), leaves, Kind::kNot, out);
  }
  const bool enclosed = around == Kind::kNot || (around == Kind::kAnd && tree.kind == Kind::kOr);
  if (enclosed) out += '(';
  for (const WhereTree& operand : tree.operands) {
    if (&operand != &tree.operands.front()) out += tree.kind == Kind::kAnd ? " and " : " or ";
    append_tree(operand, leaves, tree.kind, out);
  }
  if (enclosed) out += ')';
}

}  // namespace

Where::Where(WhereExpression expression) : expression_(std::move(expression)) {
  for (std::size_t i = 0; i < leaves().size(); ++i)
    note_field(leaves()[i].name(), std::uint64_t{1} << i);
  compile(tree());
}

WhereResult Where::parse(std::string_view text, const WhereContext& context) {
  auto expression = parse_where(text, context);
  if (!expression) return tl::unexpected<WhereError>(std::move(expression.error()));
  return Where(std::move(*expression));
}

WhereResult Where::all_of(std::vector<Where> parts) {
  WhereExpression all = std::move(parts.front().expression_);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    WhereExpression& part = parts[i].expression_;
    if (all.leaves.size() + part.leaves.size() > kWhereLeavesMax) {
      return tl::unexpected<WhereError>(
          {0, "more than 64 comparisons in all expressions together"});
    }
    shift_leaves(all.leaves.size(), part.tree);
    join_where(Kind::kAnd, std::move(part.tree), all.tree);
    for (WhereLeaf& leaf : part.leaves)
      all.leaves.push_back(std::move(leaf));
  }
  return Where(std::move(all));
}

Result<Where> Where::clone() const {
  WhereExpression copy{tree(), {}};
  for (const WhereLeaf& leaf : leaves())
    copy.leaves.push_back(LOGQ_TRY(leaf.clone()));
  return Where(std::move(copy));
}

void Where::note_field(const std::string& name, std::uint64_t leaf) {
  const bool is_stored = !name.starts_with("__");
  std::vector<Field>& fields = is_stored ? fields_ : entry_fields_;
  const std::string prefix = is_stored ? name + "=" : name;
  auto field = std::find_if(fields.begin(), fields.end(),
                            [&prefix](const Field& known) { return known.prefix == prefix; });
  if (field == fields.end()) field = fields.insert(field, Field{prefix, 0});
  field->leaves |= leaf;
  if (is_stored) {
    first_bytes_[first_byte_slot(prefix)] = true;
  } else {
    entry_leaves_ |= leaf;
  }
}

void Where::compile(const WhereTree& tree) {
  for (const WhereTree& operand : tree.operands)
    compile(operand);
  if (tree.kind != Kind::kLeaf) {
    steps_.push_back({tree.kind, static_cast<std::uint8_t>(tree.operands.size())});
    return;
  }
  steps_.push_back({Kind::kLeaf, static_cast<std::uint8_t>(tree.leaf)});
  if (leaves()[tree.leaf].is_negated()) steps_.push_back({Kind::kNot, 1});
}

std::uint64_t Where::leaves_of_named(std::string_view payload) {
  for (const Field& field : fields_) {
    const std::size_t size = field.prefix.size();
    if (payload.size() < size || payload[size - 1] != '=') continue;
    if (payload.starts_with(field.prefix)) return satisfied(field.leaves, payload.substr(size));
  }
  return 0;
}

std::uint64_t Where::leaves_of_entry(const journal::EntryInfo& entry) {
  std::uint64_t result = 0;
  std::array<char, 20> digits{};
  for (const Field& field : entry_fields_) {
    const std::uint64_t number = number_of(field.prefix, entry);
    const char* end = std::to_chars(digits.begin(), digits.end(), number).ptr;
    const auto size = static_cast<std::size_t>(end - digits.data());
    result |= satisfied(field.leaves, {digits.data(), size});
  }
  return result;
}

std::uint64_t Where::satisfied(std::uint64_t leaves, std::string_view value) {
  std::uint64_t result = 0;
  for (; leaves != 0; leaves &= leaves - 1) {
    const int at = std::countr_zero(leaves);
    if (expression_.leaves[static_cast<std::size_t>(at)].is_satisfied_by(value))
      result |= std::uint64_t{1} << at;
  }
  return result;
}

// What was pushed is bits of one word, the last one lowest: there are never more than leaves.
bool Where::holds(std::uint64_t leaves) const {
  std::uint64_t stack = 0;
  for (const Step& step : steps_) {
    if (step.kind == Kind::kLeaf) {
      stack = stack << 1 | (leaves >> step.count & 1);
      continue;
    }
    if (step.kind == Kind::kNot) {
      stack ^= 1;
      continue;
    }
    const std::uint64_t all = ~std::uint64_t{0} >> (64 - step.count);
    const std::uint64_t operands = stack & all;
    const bool result = step.kind == Kind::kAnd ? operands == all : operands != 0;
    stack = step.count < 64 ? stack >> step.count : 0;
    stack = stack << 1 | (result ? 1 : 0);
  }
  return (stack & 1) != 0;
}

Grep::Failures Where::failures() const {
  Grep::Failures all;
  for (const WhereLeaf& leaf : leaves())
    all.add(leaf.failures());
  return all;
}

std::string Where::to_text() const {
  std::string out;
  append_tree(tree(), leaves(), Kind::kOr, out);
  return out;
}

}  // namespace logq::query
