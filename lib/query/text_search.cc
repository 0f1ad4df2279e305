#include "query/text_search.h"

#include <utility>

#include "base/try.h"

namespace logq::query {

Result<TextSearch> TextSearch::compile(const TextSearchPlan& plan) {
  TextSearch search;
  for (const std::string& pattern : plan.patterns)
    search.patterns_.push_back(LOGQ_TRY(Grep::compile(pattern, plan.case_rule)));
  if (plan.all_fields) return search;
  search.first_only_ = plan.fields.empty();
  if (search.first_only_) search.prefixes_.emplace_back("MESSAGE=");
  for (const std::string& field : plan.fields)
    search.prefixes_.push_back(field + "=");
  return search;
}

const std::string* TextSearch::bad_pattern(const TextSearchPlan& plan) {
  for (const std::string& pattern : plan.patterns) {
    if (!Grep::compile(pattern, plan.case_rule)) return &pattern;
  }
  return nullptr;
}

std::optional<std::string_view> TextSearch::value_in(std::string_view payload) const {
  for (const std::string& prefix : prefixes_) {
    if (payload.starts_with(prefix)) return payload.substr(prefix.size());
  }
  if (!prefixes_.empty()) return std::nullopt;
  const std::size_t sign = payload.find('=');
  if (sign == std::string_view::npos) return std::nullopt;
  return payload.substr(sign + 1);
}

std::optional<TextSpan> TextSearch::find(std::string_view value) {
  std::optional<TextSpan> leftmost;
  for (Grep& pattern : patterns_) {
    const auto found = pattern.find(value);
    if (found && (!leftmost || found->begin < leftmost->begin)) leftmost = found;
  }
  return leftmost;
}

std::optional<std::string_view> TextSearch::only_field() const {
  if (prefixes_.size() != 1) return std::nullopt;
  return std::string_view(prefixes_.front()).substr(0, prefixes_.front().size() - 1);
}

Grep::Failures TextSearch::failures() const {
  Grep::Failures all;
  for (const Grep& pattern : patterns_)
    all.add(pattern.failures());
  return all;
}

}  // namespace logq::query
