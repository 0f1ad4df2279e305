#include "logq/entry_filter.h"

#include <string>

namespace logq::cli {
namespace {

query::CaseRule case_rule(const GrepOptions& grep) {
  if (!grep.case_sensitive) return query::CaseRule::kAutomatic;
  return *grep.case_sensitive ? query::CaseRule::kSensitive : query::CaseRule::kInsensitive;
}

}  // namespace

Outcome<EntryFilter> EntryFilter::create(const Options& options) {
  const bool reverse = options.display.reverse;
  if (!options.grep.pattern) return EntryFilter(options.range, reverse, std::nullopt);
  const std::string& pattern = *options.grep.pattern;
  auto grep = query::Grep::compile(pattern, case_rule(options.grep));
  if (!grep) return failure(query::describe_pattern_error(pattern));
  return EntryFilter(options.range, reverse, std::move(*grep));
}

EntryFilter::Place EntryFilter::place(const journal::Journal& journal) const {
  const std::uint64_t time = journal.entry().realtime_usec;
  const bool early = range_.since_usec && time < *range_.since_usec;
  const bool late = range_.until_usec && time > *range_.until_usec;
  if (early) return reverse_ ? Place::kBeyond : Place::kBefore;
  if (late) return reverse_ ? Place::kBefore : Place::kBeyond;
  return Place::kWithin;
}

EntryFilter::Finding EntryFilter::search(journal::Journal& journal) {
  if (!grep_) return {};
  const auto message = journal.find_value("MESSAGE");
  if (!message) return {false, std::nullopt};
  const auto found = grep_->find(*message);
  return {found.has_value(), found};
}

std::string EntryFilter::complaint() const {
  if (!grep_ || grep_->failures().n_texts == 0) return "";
  return std::to_string(grep_->failures().n_texts) +
         " messages could not be searched: " + grep_->failures().first_cause;
}

}  // namespace logq::cli
