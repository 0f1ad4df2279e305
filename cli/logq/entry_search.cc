#include "logq/entry_search.h"

#include <string_view>

namespace logq::cli {
namespace {

query::CaseRule case_rule(const GrepOptions& options) {
  if (!options.case_sensitive) return query::CaseRule::kAutomatic;
  return *options.case_sensitive ? query::CaseRule::kSensitive : query::CaseRule::kInsensitive;
}

}  // namespace

Outcome<EntrySearch> EntrySearch::create(const GrepOptions& options) {
  if (!options.pattern) return EntrySearch(std::nullopt);
  auto grep = query::Grep::compile(*options.pattern, case_rule(options));
  if (!grep) return failure(query::describe_pattern_error(*options.pattern));
  return EntrySearch(std::move(*grep));
}

EntrySearch::Finding EntrySearch::search(journal::PayloadReader& payloads, std::uint64_t items) {
  constexpr std::string_view kPrefix = "MESSAGE=";
  if (!grep_) return {};
  std::string_view payload;
  for (std::uint64_t i = 0; i < items; ++i) {
    if (!payloads.payload_of(i, payload) || !payload.starts_with(kPrefix)) continue;
    const auto found = grep_->find(payload.substr(kPrefix.size()));
    return {found.has_value(), found};
  }
  return {false, std::nullopt};
}

bool EntrySearch::may_want(std::string_view message) {
  if (!grep_) return true;
  const std::uint64_t failures = grep_->failures().n_texts;
  return grep_->find(message) || grep_->failures().n_texts > failures;
}

query::Grep::Failures EntrySearch::failures() const {
  return grep_ ? grep_->failures() : query::Grep::Failures{};
}

}  // namespace logq::cli
