#include "query/where_explain.h"

#include <algorithm>
#include <vector>

#include "query/text_append.h"

namespace logq::query {
namespace {

using Kind = WhereTree::Kind;
using Way = WherePlan::Way;

// Answers begin in this column at the latest, where the text of a leaf leaves room.
constexpr std::size_t kColumnMax = 50;

struct Line {
  std::string text;
  std::string answer;
};

void append_count(std::uint64_t count,
                  std::string_view one,
                  std::string_view many,
                  std::string& out) {
  append_decimal(count, out);
  out += ' ';
  out += count == 1 ? one : many;
}

std::string_view why_asked(Way way) {
  switch (way) {
    case Way::kNegation:
      return "entries without the field satisfy it";
    case Way::kEntryItself:
      return "not a stored field";
    case Way::kFollowing:
      return "values may come that are not known yet";
    case Way::kManyValues:
      return "too many values";
    case Way::kDamaged:
      return "damage keeps values out of reach";
    case Way::kNoGain:
      return "the index would not be quicker";
    case Way::kFewEntries:
      return "few enough are left";
    case Way::kOtherAlternative:
    case Way::kIndex:
      break;
  }
  return "needed for an alternative";
}

std::string answer_to(const WherePlan& plan, std::size_t leaf) {
  const WherePlan::Leaf& how = plan.leaves[leaf];
  if (how.way != Way::kIndex) return "each entry: " + std::string(why_asked(how.way));
  std::string answer = "index: ";
  append_count(how.n_values, "value", "values", answer);
  answer += ", ";
  append_count(how.n_entries, "entry", "entries", answer);
  if ((plan.settled >> leaf & 1) == 0) answer += ", then each entry";
  return answer;
}

// `prefix` is what stands before the part: blanks, and "not".
void append_lines(const Where& where,
                  const WherePlan& plan,
                  const WhereTree& tree,
                  std::string prefix,
                  std::vector<Line>& lines) {
  if (tree.kind == Kind::kNot) {
    return append_lines(where, plan, tree.operands.front(), prefix + "not ", lines);
  }
  if (tree.kind == Kind::kLeaf) {
    where.leaves()[tree.leaf].append_text(prefix);
    return lines.push_back({std::move(prefix), answer_to(plan, tree.leaf)});
  }
  lines.push_back({prefix + (tree.kind == Kind::kAnd ? "and" : "or"), {}});
  const std::string inner(prefix.find_first_not_of(' ') == prefix.npos
                              ? prefix.size() + 2
                              : prefix.find_first_not_of(' ') + 2,
                          ' ');
  for (const WhereTree& operand : tree.operands)
    append_lines(where, plan, operand, inner, lines);
}

}  // namespace

std::string explain_where(const Where& where, const WherePlan& plan) {
  std::vector<Line> lines;
  append_lines(where, plan, where.tree(), "", lines);
  std::size_t column = 0;
  for (const Line& line : lines) {
    if (!line.answer.empty() && line.text.size() <= kColumnMax)
      column = std::max(column, line.text.size());
  }
  std::string out;
  for (const Line& line : lines) {
    out += line.text;
    if (!line.answer.empty()) {
      out.append(column > line.text.size() ? column - line.text.size() : 0, ' ');
      out += "   " + line.answer;
    }
    out += '\n';
  }
  out += "looks at ";
  append_decimal(plan.n_entries, out);
  out += " of ";
  append_count(plan.n_stored, "entry", "entries", out);
  out += plan.settled == 0 && plan.match.kind == journal::Match::Kind::kAll ? "\n" : " at most\n";
  return out;
}

}  // namespace logq::query
