#include "query/where_parser.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "query/where_text.h"
#include "wire/field_name.h"

namespace logq::query {

void join_where(WhereTree::Kind kind, WhereTree operand, WhereTree& joined) {
  if (joined.kind != kind) {
    WhereTree first = std::move(joined);
    joined = {kind, 0, {}};
    joined.operands.push_back(std::move(first));
  }
  if (operand.kind != kind) {
    joined.operands.push_back(std::move(operand));
    return;
  }
  for (WhereTree& inner : operand.operands)
    joined.operands.push_back(std::move(inner));
}

namespace {

using TokenKind = WhereToken::Kind;
using Operator = WhereLeaf::Operator;

// Functions return false once something is wrong; error() then says what.
class Parser {
 public:
  Parser(std::string_view text, std::vector<WhereToken> tokens, const WhereContext& context)
      : text_(text),
        tokens_(std::move(tokens)),
        context_(context) {}

  bool parse(WhereTree& tree) {
    if (!parse_or(tree)) return false;
    if (peek().kind == TokenKind::kClose) return wrong(peek(), "there is no ( for this )");
    if (peek().kind != TokenKind::kEnd) return wrong(peek(), "expected \"and\" or \"or\"");
    return true;
  }
  std::vector<WhereLeaf> take_leaves() { return std::move(leaves_); }
  [[nodiscard]] const WhereError& error() const { return error_; }

 private:
  [[nodiscard]] const WhereToken& peek() const { return tokens_[at_]; }
  WhereToken take() { return tokens_[peek().kind == TokenKind::kEnd ? at_ : at_++]; }
  bool take_if(TokenKind kind) {
    if (peek().kind != kind) return false;
    ++at_;
    return true;
  }
  bool take_operator(std::string_view mark) {
    if (peek().kind != TokenKind::kOperator || peek().text != mark) return false;
    ++at_;
    return true;
  }
  bool take_keyword(std::string_view word);
  bool wrong(std::size_t at, std::string message) {
    error_ = {at, std::move(message)};
    return false;
  }
  bool wrong(const WhereToken& token, std::string message) {
    return wrong(token.begin, std::move(message));
  }

  bool parse_or(WhereTree& tree);
  bool parse_and(WhereTree& tree);
  bool parse_not(WhereTree& tree);
  bool parse_parentheses(WhereTree& tree);
  bool parse_comparison(WhereTree& tree);
  bool parse_name(std::string& name);
  bool parse_value(WhereToken& value);
  bool parse_literal(const std::string& name, std::vector<WhereLiteral>& literals, bool equality);
  bool parse_list(const std::string& name, std::vector<WhereLiteral>& literals);
  std::optional<WhereLeaf> parse_in(const std::string& name);
  std::optional<WhereLeaf> parse_pattern(const std::string& name);
  std::optional<WhereLeaf> parse_order(const std::string& name);
  std::optional<WhereLeaf> parse_operation(const std::string& name);

  std::string_view text_;
  std::vector<WhereToken> tokens_;
  const WhereContext& context_;
  std::size_t at_ = 0;
  std::size_t nesting_ = 0;
  std::vector<WhereLeaf> leaves_;
  WhereError error_;
};

bool reads(const WhereToken& token, std::string_view keyword) {
  if (token.kind != TokenKind::kWord || token.text.size() != keyword.size()) return false;
  return std::equal(keyword.begin(), keyword.end(), token.text.begin(),
                    [](char lower, char c) { return c == lower || c == lower - 'a' + 'A'; });
}

bool Parser::take_keyword(std::string_view word) {
  if (!reads(peek(), word)) return false;
  ++at_;
  return true;
}

bool Parser::parse_or(WhereTree& tree) {
  if (!parse_and(tree)) return false;
  while (take_keyword("or") || take_operator("||")) {
    WhereTree operand;
    if (!parse_and(operand)) return false;
    join_where(WhereTree::Kind::kOr, std::move(operand), tree);
  }
  return true;
}

bool Parser::parse_and(WhereTree& tree) {
  if (!parse_not(tree)) return false;
  while (take_keyword("and") || take_operator("&&")) {
    WhereTree operand;
    if (!parse_not(operand)) return false;
    join_where(WhereTree::Kind::kAnd, std::move(operand), tree);
  }
  return true;
}

bool Parser::parse_not(WhereTree& tree) {
  if (nesting_ >= kWhereNestingMax) return wrong(peek(), "nested too deeply");
  ++nesting_;
  bool good = false;
  if (take_keyword("not") || take_operator("!")) {
    tree = {WhereTree::Kind::kNot, 0, {WhereTree{}}};
    good = parse_not(tree.operands.front());
  } else if (peek().kind == TokenKind::kOpen) {
    good = parse_parentheses(tree);
  } else {
    good = parse_comparison(tree);
  }
  --nesting_;
  return good;
}

bool Parser::parse_parentheses(WhereTree& tree) {
  const WhereToken open = take();
  if (!parse_or(tree)) return false;
  if (take_if(TokenKind::kClose)) return true;
  if (peek().kind == TokenKind::kEnd) return wrong(open, "there is no ) for this (");
  return wrong(peek(), "expected \"and\", \"or\" or )");
}

bool Parser::parse_comparison(WhereTree& tree) {
  if (leaves_.size() >= kWhereLeavesMax) return wrong(peek(), "more than 64 comparisons");
  const bool has = take_keyword("has");
  std::string name;
  if (!parse_name(name)) return false;
  std::optional<WhereLeaf> leaf = has ? WhereLeaf::has(std::move(name)) : parse_operation(name);
  if (!leaf) return false;
  tree = {WhereTree::Kind::kLeaf, leaves_.size(), {}};
  leaves_.push_back(std::move(*leaf));
  return true;
}

bool is_known_address(std::string_view name) {
  return name == "__REALTIME_TIMESTAMP" || name == "__MONOTONIC_TIMESTAMP" || name == "__SEQNUM";
}

bool Parser::parse_name(std::string& name) {
  const WhereToken token = take();
  const bool is_keyword = token.kind == TokenKind::kWord && is_where_keyword(token.text);
  if (!token.is_value() || is_keyword) return wrong(token, "expected the name of a field");
  name = token.text;
  if (!wire::is_valid_field_name(name, wire::FieldOrigin::kCollector)) {
    return wrong(token, "no name of a field: these consist of A to Z, 0 to 9 and _");
  }
  if (name.starts_with("__") && !is_known_address(name)) {
    return wrong(token,
                 "not a field that can be asked for: of these there are __REALTIME_TIMESTAMP, "
                 "__MONOTONIC_TIMESTAMP and __SEQNUM");
  }
  return true;
}

bool Parser::parse_value(WhereToken& value) {
  value = take();
  if (!value.is_value()) return wrong(value, "expected a value");
  if (value.kind == TokenKind::kWord && is_where_keyword(value.text)) {
    return wrong(value, "expected a value; one that reads like this needs quotes");
  }
  return true;
}

bool Parser::parse_literal(const std::string& name,
                           std::vector<WhereLiteral>& literals,
                           bool equality) {
  WhereToken value;
  if (!parse_value(value)) return false;
  const std::size_t star =
      value.kind == TokenKind::kWord ? value.text.find('*') : std::string::npos;
  if (equality && star != std::string::npos) {
    return wrong(value.begin + star, "no wildcard here: use =~ with a pattern, or quote the value");
  }
  auto literal = WhereLiteral::read(name, value.text, context_.now_realtime_usec);
  if (!literal) return wrong(value, std::move(literal.error()));
  literals.push_back(std::move(*literal));
  return true;
}

bool Parser::parse_list(const std::string& name, std::vector<WhereLiteral>& literals) {
  if (!take_if(TokenKind::kOpen)) return wrong(peek(), "expected ( and a list of values");
  do {
    if (!parse_literal(name, literals, true)) return false;
  } while (take_if(TokenKind::kComma));
  if (!take_if(TokenKind::kClose)) return wrong(peek(), "expected , or )");
  return true;
}

std::optional<WhereLeaf> Parser::parse_in(const std::string& name) {
  std::vector<WhereLiteral> literals;
  if (!parse_list(name, literals)) return std::nullopt;
  return WhereLeaf::comparing(name, Operator::kEqual, std::move(literals));
}

std::optional<WhereLeaf> Parser::parse_pattern(const std::string& name) {
  WhereToken value;
  if (!parse_value(value)) return std::nullopt;
  auto leaf = WhereLeaf::matching(name, value.text, context_.pattern_step_limit);
  if (leaf) return std::move(*leaf);
  const Error& error = leaf.error();
  if (error.code == Errc::kInvalidArgument) {
    wrong(position_in_where(text_, value, error.offset), describe_pattern_error(value.text));
  } else {
    wrong(value, error.message());
  }
  return std::nullopt;
}

struct OrderMark {
  std::string_view text;
  Operator op;
};
constexpr std::array kOrderMarks = {
    OrderMark{"=", Operator::kEqual},   OrderMark{"!=", Operator::kEqual},
    OrderMark{"<", Operator::kLess},    OrderMark{"<=", Operator::kLessOrEqual},
    OrderMark{">", Operator::kGreater}, OrderMark{">=", Operator::kGreaterOrEqual},
};

// A mark and the value behind it.
std::optional<WhereLeaf> Parser::parse_order(const std::string& name) {
  const WhereToken mark = take();
  const auto found = std::find_if(kOrderMarks.begin(), kOrderMarks.end(),
                                  [&](const OrderMark& known) { return known.text == mark.text; });
  if (mark.kind != TokenKind::kOperator || found == kOrderMarks.end()) {
    wrong(mark, "expected =, !=, <, <=, >, >=, =~, !~ or \"in\"");
    return std::nullopt;
  }
  std::vector<WhereLiteral> literals;
  if (!parse_literal(name, literals, found->op == Operator::kEqual)) return std::nullopt;
  WhereLeaf leaf = WhereLeaf::comparing(name, found->op, std::move(literals));
  if (mark.text == "!=") leaf.set_negated();
  return leaf;
}

std::optional<WhereLeaf> Parser::parse_operation(const std::string& name) {
  if (take_operator("=~")) return parse_pattern(name);
  if (take_keyword("in")) return parse_in(name);
  std::optional<WhereLeaf> leaf;
  if (take_operator("!~")) {
    leaf = parse_pattern(name);
  } else if (!take_keyword("not")) {
    return parse_order(name);
  } else if (take_keyword("in")) {
    leaf = parse_in(name);
  } else {
    wrong(peek(), "expected \"in\"");
  }
  if (leaf) leaf->set_negated();
  return leaf;
}

}  // namespace

tl::expected<WhereExpression, WhereError> parse_where(std::string_view text,
                                                      const WhereContext& context) {
  if (text.size() > kWhereTextMax)
    return tl::unexpected<WhereError>({kWhereTextMax, "longer than 64 KiB"});
  auto tokens = split_where(text);
  if (!tokens) return tl::unexpected<WhereError>(std::move(tokens.error()));
  Parser parser(text, std::move(*tokens), context);
  WhereExpression expression;
  if (!parser.parse(expression.tree)) return tl::unexpected<WhereError>(parser.error());
  expression.leaves = parser.take_leaves();
  return expression;
}

}  // namespace logq::query
