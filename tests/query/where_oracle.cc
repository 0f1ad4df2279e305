#include "query/where_oracle.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "support/text_pattern.h"

namespace logq::test {
namespace {

using Amount = std::optional<double>;

// What a text is taken for: all doubles are exact.
struct Known {
  std::string_view text;
  Amount number;
  Amount span_usec;
  Amount size;
};
constexpr std::array kTexts = {
    Known{"1", 1, {}, {}},          Known{"2", 2, {}, {}},
    Known{"01", 1, {}, {}},         Known{"1.0", 1, {}, {}},
    Known{"10", 10, {}, {}},        Known{"-3", -3, {}, {}},
    Known{"1e1", 10, {}, {}},       Known{"0.25", 0.25, {}, {}},
    Known{"4096", 4096, {}, {}},    Known{"250000", 250000, {}, {}},
    Known{"250ms", {}, 250000, {}}, Known{"0.25s", {}, 250000, {}},
    Known{"2us", {}, 2, {}},        Known{"1min 30s", {}, 90e6, {}},
    Known{"4K", {}, {}, 4096},      Known{"4 KiB", {}, {}, 4096},
    Known{"1.5M", {}, {}, 1572864}, Known{"foo", {}, {}, {}},
    Known{"foo bar", {}, {}, {}},   Known{"b=(r)", {}, {}, {}},
    Known{"", {}, {}, {}},          Known{"na\xc3\xafve \"q\" \\", {}, {}, {}},
};
// "M" is a month on the left side of a span.
constexpr double kMonthAndAHalf = 1.5 * 2'629'800e6;

constexpr std::array<std::string_view, 7> kStored = {"A",        "B_USEC", "C_MS",   "_PID",
                                                     "PRIORITY", "D",      "MESSAGE"};
constexpr std::array<std::string_view, 6> kOrders = {"=", "!=", "<", "<=", ">", ">="};
constexpr std::array<std::string_view, 7> kPatterns = {"^1",       "o+",       "ms$", "^$",
                                                       "^[0-9]+$", "(foo|10)", "K"};
constexpr std::array<std::string_view, 8> kLevels = {"emerg",   "alert",  "crit", "err",
                                                     "warning", "notice", "info", "debug"};

const TextPattern& pattern_of(std::size_t literal) {
  static const std::vector<TextPattern> patterns(kPatterns.begin(), kPatterns.end());
  return patterns[literal];
}

std::size_t below(std::mt19937& random, std::size_t limit) {
  return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
}

const Known& known(std::string_view text) {
  static constexpr Known kUnknown{"", {}, {}, {}};
  const auto found =
      std::find_if(kTexts.begin(), kTexts.end(), [text](const Known& k) { return k.text == text; });
  return found == kTexts.end() ? kUnknown : *found;
}

Amount number_in(std::string_view text) {
  if (const Known& k = known(text); k.number) return k.number;
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  return digits ? Amount(std::stod(std::string(text))) : Amount{};
}

template <typename T>
bool in_order(const T& left, std::string_view mark, const T& right) {
  if (mark == "<") return left < right;
  if (mark == "<=") return left <= right;
  if (mark == ">") return left > right;
  if (mark == ">=") return left >= right;
  return left == right;
}

// One value beside one literal, both of the table; `mark` without its negation.
bool compare(std::string_view field,
             std::string_view value,
             std::string_view mark,
             const Known& literal) {
  const Amount number = number_in(value);
  if (literal.number) {
    const bool one_spelling = field == "_PID" && mark == "=" && literal.text != "01" &&
                              literal.text.find_first_of(".e") == std::string_view::npos;
    if (number && !one_spelling) return in_order(*number, mark, *literal.number);
    return in_order(value, mark, literal.text);
  }
  const bool is_size = literal.size.has_value();
  if (!is_size && !literal.span_usec) return in_order(value, mark, literal.text);
  if (is_size) {
    const Amount size = number ? number : known(value).size;
    return size && in_order(*size, mark, *literal.size);
  }
  Amount span = value == "1.5M" ? Amount(kMonthAndAHalf) : known(value).span_usec;
  if (number && field == "B_USEC") span = number;
  if (number && field == "C_MS") span = *number * 1000;
  return span && in_order(*span, mark, *literal.span_usec);
}

std::string quoted(std::string_view text, bool single) {
  if (single && text.find('\'') == text.npos) return "'" + std::string(text) + "'";
  std::string out = "\"";
  for (const char c : text)
    out += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  return out + "\"";
}

std::string written(std::string_view text, bool loud) {
  const bool bare = !text.empty() && text.find_first_of(" ()=\"") == text.npos;
  return bare && !loud ? std::string(text) : quoted(text, loud);
}

}  // namespace

WhereOracle WhereOracle::random_leaf(std::mt19937& random) {
  WhereOracle leaf;
  leaf.loud_ = below(random, 2) == 0;
  const bool of_entry = below(random, 10) == 0;
  leaf.field_ = of_entry ? "__SEQNUM" : kStored[below(random, kStored.size())];
  if (below(random, 8) == 0) return leaf;
  leaf.kind_ = Kind::kComparison;
  const bool levels = leaf.field_ == "PRIORITY";
  const std::size_t choice = below(random, 10);
  if (choice == 0 && !of_entry) {
    leaf.mark_ = below(random, 2) == 0 ? "=~" : "!~";
    leaf.literals_ = {below(random, kPatterns.size())};
    return leaf;
  }
  leaf.mark_ = choice <= 2 ? "in" : choice == 3 ? "not in" : kOrders[below(random, kOrders.size())];
  const std::size_t n = choice <= 3 ? 1 + below(random, 3) : 1;
  // Of the entry itself only numbers can be asked for.
  const std::size_t n_choices = levels ? kLevels.size() : of_entry ? 10 : kTexts.size();
  for (std::size_t i = 0; i < n; ++i)
    leaf.literals_.push_back(below(random, n_choices));
  return leaf;
}

WhereOracle WhereOracle::random(std::mt19937& random, unsigned depth) {
  if (depth == 0 || below(random, 4) == 0) return random_leaf(random);
  WhereOracle tree;
  tree.loud_ = below(random, 2) == 0;
  const std::size_t choice = below(random, 5);
  tree.kind_ = choice == 0 ? Kind::kNot : choice <= 2 ? Kind::kAnd : Kind::kOr;
  const std::size_t n = tree.kind_ == Kind::kNot ? 1 : 2;
  for (std::size_t i = 0; i < n; ++i)
    tree.operands_.push_back(WhereOracle::random(random, depth - 1));
  return tree;
}

std::string WhereOracle::text() const {
  if (kind_ == Kind::kHas) return (loud_ ? "HAS " : "has ") + field_;
  if (kind_ == Kind::kNot) return (loud_ ? "!(" : "not (") + operands_[0].text() + ")";
  if (kind_ == Kind::kAnd)
    return "(" + operands_[0].text() + (loud_ ? ")&&(" : ") and (") + operands_[1].text() + ")";
  if (kind_ == Kind::kOr)
    return "(" + operands_[0].text() + (loud_ ? " || " : " or ") + operands_[1].text() + ")";
  if (mark_.ends_with('~')) return field_ + mark_ + quoted(kPatterns[literals_[0]], loud_);
  std::string out = field_ + (loud_ ? "  " : " ") + mark_ + " ";
  if (mark_.ends_with("in")) out += "(";
  for (std::size_t i = 0; i < literals_.size(); ++i) {
    if (i > 0) out += loud_ ? " , " : ",";
    out += field_ == "PRIORITY" ? std::string(kLevels[literals_[i]])
                                : written(kTexts[literals_[i]].text, loud_);
  }
  return mark_.ends_with("in") ? out + ")" : out;
}

// Negation left aside.
bool WhereOracle::some_value(const EntryFields& entry) const {
  const auto [begin, end] = entry.equal_range(field_);
  if (kind_ == Kind::kHas) return begin != end;
  const std::string mark = mark_ == "!~"                            ? "=~"
                           : mark_.ends_with("in") || mark_ == "!=" ? "="
                                                                    : mark_;
  return std::any_of(begin, end, [&](const auto& field) {
    const std::string& value = field.second;
    return std::any_of(literals_.begin(), literals_.end(), [&](std::size_t literal) {
      if (mark == "=~") return pattern_of(literal).found_in(value);
      if (field_ != "PRIORITY") return compare(field_, value, mark, kTexts[literal]);
      const std::string level = std::to_string(literal);
      const Amount number = number_in(value);
      return number ? in_order(*number, mark, static_cast<double>(literal))
                    : in_order(value, mark, level);
    });
  });
}

bool WhereOracle::holds(const EntryFields& entry) const {
  switch (kind_) {
    case Kind::kNot:
      return !operands_[0].holds(entry);
    case Kind::kAnd:
      return operands_[0].holds(entry) && operands_[1].holds(entry);
    case Kind::kOr:
      return operands_[0].holds(entry) || operands_[1].holds(entry);
    case Kind::kHas:
      return some_value(entry);
    case Kind::kComparison:
      break;
  }
  const bool negated = mark_.starts_with('!') || mark_.starts_with("not");
  return some_value(entry) != negated;
}

EntryFields random_fields(std::mt19937& random) {
  EntryFields entry;
  const std::size_t n = 1 + below(random, 8);
  for (std::size_t i = 0; i < n; ++i) {
    const std::string_view field = kStored[below(random, kStored.size())];
    const std::string_view text = kTexts[below(random, kTexts.size())].text;
    const bool level = field == "PRIORITY" && below(random, 8) != 0;
    entry.emplace(field, level ? std::to_string(below(random, 8)) : std::string(text));
  }
  return entry;
}

}  // namespace logq::test
