// Arguments of -b, --facility, -p and terms of any spelling, one a line.
#include <string>
#include <string_view>
#include <vector>

#include "query/facility.h"
#include "query/field_terms.h"
#include "query/id_selector.h"
#include "query/priority_range.h"
#include "require.h"

namespace {

using logq::fuzz::require;
using namespace logq::query;
using Kind = logq::journal::Match::Kind;

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (;;) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

// Every selector names a place in a list or none, never one outside.
void check_selector(std::string_view text) {
  const auto selector = parse_id_selector(text);
  if (!selector || selector->all) return;
  for (const std::size_t count : {1U, 2U, 1000U}) {
    const auto index = selected_index(*selector, count / 2, count);
    require(!index || *index < count);
    if (selector->offset == 0) require(index == (selector->id ? count / 2 : count - 1));
  }
}

void check_match(const logq::journal::Match& match) {
  if (match.kind == Kind::kPayload) require(match.payload.find('=') != std::string::npos);
  if (match.kind == Kind::kAnd || match.kind == Kind::kOr) require(!match.operands.empty());
  for (const auto& operand : match.operands)
    check_match(operand);
}

// Paths are left to the tests: what they mean is up to the file system.
void check_terms(const std::vector<std::string>& terms) {
  for (const std::string& term : terms) {
    if (term.starts_with('/')) return;
  }
  const auto match = parse_field_terms(terms);
  if (match) return check_match(*match);
  require(match.error().offset < terms.size());
  require(!describe_term_error(terms, match.error()).empty());
}

void check_lists(std::string_view text) {
  if (const auto facilities = parse_facilities(text)) {
    for (const int facility : *facilities)
      require(facility >= 0 && facility <= 127);
  }
  if (const auto range = parse_priority_range(text)) {
    require(0 <= range->most_severe && range->most_severe <= range->least_severe);
    require(range->least_severe <= 7);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string> lines = split_lines({reinterpret_cast<const char*>(data), size});
  for (const std::string& line : lines) {
    check_selector(line);
    check_lists(line);
  }
  check_terms(lines);
  return 0;
}
