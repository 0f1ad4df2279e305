#include "query/where_plan.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace logq::query {
namespace {

using journal::Match;
using Kind = WhereTree::Kind;
using Way = WherePlan::Way;

// A field with more values than this, or more bytes in them, is not sought through: that would take
// as long as looking at the entries.
constexpr std::uint64_t kValuesMax = 10'000;
constexpr std::uint64_t kValueBytesMax = std::uint64_t{16} << 20;
// So many lists of entries may be merged for one leaf.
constexpr std::size_t kListsMax = 100;
// A step along merged lists looks at each of them; this many such looks take as long as to read an
// entry and ask about it.
constexpr std::uint64_t kLooksPerEntry = 4;
// When other conditions leave so few entries, nothing more is sought in the index.
constexpr std::uint64_t kFewEntries = 10'000;

// What is known about a part of the expression.
struct Restriction {
  std::optional<Match> match;  // nothing: any entry may satisfy the part
  bool exact = false;          // all entries of `match` satisfy it
  std::uint64_t used = 0;      // leaves that `match` was made from
  std::uint64_t settled = 0;   // leaves that may be taken for true
  std::uint64_t n_entries = 0;
};

class Planner {
 public:
  Planner(Where& where, const WhereIndex& index, WhereReading reading)
      : where_(where),
        index_(index),
        follows_(reading == WhereReading::kFollowing),
        leaves_(where.leaves().size(), WherePlan::Leaf{}),
        found_(where.leaves().size()) {}

  WherePlan make();

 private:
  // Whether values may be sought; those that are known can be looked up in any case.
  enum class Seeking { kAllowed, kForbidden };

  bool may_restrict(const WhereTree& tree, bool negated);
  bool leaf_may_restrict(std::size_t leaf, bool negated);
  Restriction restrict(const WhereTree& tree, bool negated, Seeking seeking);
  Restriction restrict_all(const WhereTree& tree, bool negated, Seeking seeking);
  Restriction restrict_any(const WhereTree& tree, bool negated, Seeking seeking);
  Restriction restrict_leaf(std::size_t leaf, Seeking seeking);
  Restriction look_up(std::size_t leaf, const std::vector<std::string>& payloads);
  Way seek(std::size_t leaf, std::vector<std::string>& payloads);
  [[nodiscard]] Restriction unrestricted() const {
    return {std::nullopt, false, 0, 0, index_.n_entries};
  }
  // Of no use to the match: notes why.
  Restriction left_out(std::size_t leaf, Way why) {
    leaves_[leaf] = {why, 0, 0};
    return unrestricted();
  }

  Where& where_;
  const WhereIndex& index_;
  bool follows_;
  std::vector<WherePlan::Leaf> leaves_;
  std::vector<std::optional<Restriction>> found_;  // by leaf: what was found out once
};

WherePlan Planner::make() {
  Restriction all = restrict(where_.tree(), false, Seeking::kAllowed);
  WherePlan plan;
  if (all.match) plan.match = std::move(*all.match);
  plan.settled = all.settled;
  plan.n_entries = std::min(all.n_entries, index_.n_entries);
  plan.n_stored = index_.n_entries;
  plan.leaves = std::move(leaves_);
  for (std::size_t i = 0; i < plan.leaves.size(); ++i) {
    const bool is_used = (all.used >> i & 1) != 0;
    if (plan.leaves[i].way == Way::kIndex && !is_used) plan.leaves[i].way = Way::kOtherAlternative;
  }
  return plan;
}

// Not all: one of them not.
bool joins_all(const WhereTree& tree, bool negated) {
  return (tree.kind == Kind::kAnd) != negated;
}

// Whether the index can help, whatever is stored. Where not, the leaves are left out, with why.
bool Planner::may_restrict(const WhereTree& tree, bool negated) {
  if (tree.kind == Kind::kLeaf) return leaf_may_restrict(tree.leaf, negated);
  if (tree.kind == Kind::kNot) return may_restrict(tree.operands.front(), !negated);
  const auto asked = [&](const WhereTree& operand) { return may_restrict(operand, negated); };
  const auto helping = std::count_if(tree.operands.begin(), tree.operands.end(), asked);
  if (joins_all(tree, negated)) return helping > 0;
  return static_cast<std::size_t>(helping) == tree.operands.size();
}

bool Planner::leaf_may_restrict(std::size_t leaf, bool negated) {
  const WhereLeaf& question = where_.leaves()[leaf];
  const bool is_of_entry = (where_.entry_leaves() >> leaf & 1) != 0;
  const bool must_seek = !question.only_values().has_value();
  if (is_of_entry) {
    left_out(leaf, Way::kEntryItself);
  } else if (negated != question.is_negated()) {
    left_out(leaf, Way::kNegation);
  } else if (must_seek && follows_) {
    left_out(leaf, Way::kFollowing);
  } else {
    return true;
  }
  return false;
}

Restriction Planner::restrict(const WhereTree& tree, bool negated, Seeking seeking) {
  if (!may_restrict(tree, negated)) return unrestricted();
  if (tree.kind == Kind::kLeaf) return restrict_leaf(tree.leaf, seeking);
  if (tree.kind == Kind::kNot) return restrict(tree.operands.front(), !negated, seeking);
  if (joins_all(tree, negated)) return restrict_all(tree, negated, seeking);
  return restrict_any(tree, negated, seeking);
}

// Each operand that restricts helps. What can be looked up may leave so little that the rest need
// not be sought.
Restriction Planner::restrict_all(const WhereTree& tree, bool negated, Seeking seeking) {
  std::vector<Restriction> parts;
  std::uint64_t fewest = index_.n_entries;
  for (const WhereTree& operand : tree.operands) {
    parts.push_back(restrict(operand, negated, Seeking::kForbidden));
    fewest = std::min(fewest, parts.back().n_entries);
  }
  const bool has_match = std::any_of(
      parts.begin(), parts.end(), [](const Restriction& part) { return part.match.has_value(); });
  const bool seeks = seeking == Seeking::kAllowed && !(has_match && fewest <= kFewEntries);
  for (std::size_t i = 0; seeks && i < parts.size(); ++i) {
    if (!parts[i].exact) parts[i] = restrict(tree.operands[i], negated, seeking);
  }
  Restriction all{std::nullopt, true, 0, 0, index_.n_entries};
  std::vector<Match> matches;
  for (Restriction& part : parts) {
    all.exact = all.exact && part.exact;
    if (!part.match) continue;
    matches.push_back(std::move(*part.match));
    all.used |= part.used;
    all.settled |= part.settled;
    all.n_entries = std::min(all.n_entries, part.n_entries);
  }
  if (matches.size() == 1) all.match = std::move(matches.front());
  if (matches.size() > 1) all.match = Match::all_of(std::move(matches));
  return all;
}

// All operands must restrict.
Restriction Planner::restrict_any(const WhereTree& tree, bool negated, Seeking seeking) {
  Restriction any{std::nullopt, true, 0, 0, 0};
  std::vector<Match> matches;
  for (const WhereTree& operand : tree.operands) {
    Restriction part = restrict(operand, negated, seeking);
    if (!part.match) return unrestricted();
    matches.push_back(std::move(*part.match));
    any.exact = any.exact && part.exact;
    any.used |= part.used;
    any.settled |= part.settled;
    any.n_entries += part.n_entries;
  }
  // An entry that one alternative selects tells nothing about the leaves of another.
  if (!any.exact) any.settled = 0;
  any.match = Match::any_of(std::move(matches));
  return any;
}

Restriction Planner::restrict_leaf(std::size_t leaf, Seeking seeking) {
  if (found_[leaf]) return *found_[leaf];
  std::vector<std::string> payloads;
  const std::string prefix = where_.leaves()[leaf].name() + "=";
  if (const auto values = where_.leaves()[leaf].only_values()) {
    for (const std::string_view value : *values)
      payloads.push_back(prefix + std::string(value));
  } else if (seeking == Seeking::kForbidden) {
    return left_out(leaf, Way::kFewEntries);
  } else if (const Way way = seek(leaf, payloads); way != Way::kIndex) {
    found_[leaf] = left_out(leaf, way);
    return *found_[leaf];
  }
  found_[leaf] = look_up(leaf, payloads);
  return *found_[leaf];
}

// The payloads that satisfy a leaf, among those that are stored.
Way Planner::seek(std::size_t leaf, std::vector<std::string>& payloads) {
  WhereLeaf& question = where_.leaves()[leaf];
  const std::size_t prefix = question.name().size() + 1;
  std::uint64_t values = 0;
  std::uint64_t bytes = 0;
  bool too_many = false;
  const bool complete = index_.for_each_value(question.name(), [&](std::string_view payload) {
    bytes += payload.size();
    too_many = ++values > kValuesMax || bytes > kValueBytesMax;
    if (too_many) return false;
    if (question.is_satisfied_by(payload.substr(prefix))) payloads.emplace_back(payload);
    too_many = payloads.size() > kListsMax;
    return !too_many;
  });
  if (!complete) return Way::kDamaged;
  return too_many ? Way::kManyValues : Way::kIndex;
}

Restriction Planner::look_up(std::size_t leaf, const std::vector<std::string>& payloads) {
  if (payloads.size() > kListsMax) return left_out(leaf, Way::kManyValues);
  std::uint64_t entries = 0;
  std::vector<Match> matches;
  for (const std::string& payload : payloads) {
    entries += index_.n_entries_with(payload);
    if (payloads.size() > 1 && entries / kLooksPerEntry > index_.n_entries / payloads.size())
      return left_out(leaf, Way::kNoGain);
    matches.push_back(Match::exactly(payload));
  }
  leaves_[leaf] = {Way::kIndex, payloads.size(), entries};
  const std::uint64_t bit = std::uint64_t{1} << leaf;
  Match match =
      matches.size() == 1 ? std::move(matches.front()) : Match::any_of(std::move(matches));
  return {std::move(match), true, bit, bit, entries};
}

}  // namespace

WhereIndex where_index(journal::Journal& journal) {
  WhereIndex index;
  index.for_each_value = [&journal](std::string_view field, const WhereIndex::Visit& visit) {
    return journal.for_each_unique_value(field, visit);
  };
  index.n_entries_with = [&journal](std::string_view payload) {
    std::uint64_t entries = 0;
    for (journal::FileReader* file : journal.files())
      entries += file->entries_with(payload).size();
    return entries;
  };
  for (journal::FileReader* file : journal.files())
    index.n_entries += file->all_entries().size();
  return index;
}

WherePlan plan_where(Where& where, const WhereIndex& index, WhereReading reading) {
  return Planner(where, index, reading).make();
}

}  // namespace logq::query
