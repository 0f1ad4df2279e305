#include "logq/search/entry_search.h"

#include <string>
#include <string_view>
#include <utility>

namespace logq::cli {
namespace {

query::CaseRule case_rule(const GrepOptions& options) {
  if (!options.case_sensitive) return query::CaseRule::kAutomatic;
  return *options.case_sensitive ? query::CaseRule::kSensitive : query::CaseRule::kInsensitive;
}

Outcome<query::TextSearch> make_text_search(const GrepOptions& options) {
  const query::TextSearchPlan plan{options.patterns, case_rule(options), options.fields,
                                   options.all_fields};
  auto search = query::TextSearch::compile(plan);
  if (search) return std::move(*search);
  const std::string* const bad = query::TextSearch::bad_pattern(plan);
  return failure(bad == nullptr ? describe("-g", search.error())
                                : query::describe_pattern_error(*bad));
}

}  // namespace

Outcome<EntrySearch> EntrySearch::create(const Options& options) {
  EntrySearch search(options);
  if (options.grep.is_asked()) {
    auto text = make_text_search(options.grep);
    if (!text) return tl::unexpected<Failure>(text.error());
    search.text_ = std::move(*text);
    if (!search.text_->first_value_only()) search.known_texts_.make_room();
  }
  if (options.where.asked) {
    auto where = options.where.asked->clone();
    if (!where) return failure(describe("--where", where.error()));
    search.where_ = std::move(*where);
    search.known_leaves_.make_room();
  }
  return search;
}

Outcome<EntrySearch> EntrySearch::clone() const {
  Outcome<EntrySearch> search = create(*options_);
  if (search) search->settled_ = settled_;
  return search;
}

query::WherePlan EntrySearch::plan(journal::Journal& journal) {
  const auto reading =
      options_->display.follow ? query::WhereReading::kFollowing : query::WhereReading::kStored;
  query::WherePlan plan = query::plan_where(*where_, query::where_index(journal), reading);
  settled_ = plan.settled;
  return plan;
}

EntrySearch::Finding EntrySearch::search(const EntryBatch::Entry& entry,
                                         journal::PayloadReader& payloads,
                                         std::uint64_t items) {
  if (where_ && !where_holds(entry, payloads, items)) return {false, false, std::nullopt};
  if (!text_) return {};
  if (where_) items = payloads.begin(entry.file->opened(), entry.info.offset);
  Finding finding = find_text(entry, payloads, items);
  if (options_->grep.invert) finding = {!finding.wanted, true, std::nullopt};
  return finding;
}

bool EntrySearch::where_holds(const EntryBatch::Entry& entry,
                              journal::PayloadReader& payloads,
                              std::uint64_t items) {
  if (settled_ == where_->all_leaves()) return true;
  const std::uint64_t serial = entry.file->opened().serial;
  std::uint64_t leaves = settled_ | where_->leaves_of(entry.info);
  std::string_view payload;
  for (std::uint64_t i = 0; i < items; ++i) {
    const journal::FileOffset data = payloads.data_of(i);
    const std::uint64_t* known = known_leaves_.find(serial, data);
    if (known == nullptr) {
      if (!payloads.payload_of(i, payload)) continue;
      known = &known_leaves_.learn(serial, data, where_->leaves_of(payload));
    }
    leaves |= *known;
  }
  return where_->holds(leaves);
}

EntrySearch::Finding EntrySearch::find_text(const EntryBatch::Entry& entry,
                                            journal::PayloadReader& payloads,
                                            std::uint64_t items) {
  const bool first_only = text_->first_value_only();
  const std::uint64_t serial = entry.file->opened().serial;
  std::string_view payload;
  for (std::uint64_t i = 0; i < items; ++i) {
    if (!first_only) {
      if (has_text(serial, payloads, i)) return {};
      continue;
    }
    if (!payloads.payload_of(i, payload)) continue;
    const auto value = text_->value_in(payload);
    if (!value) continue;
    const auto found = text_->find(*value);
    return {found.has_value(), true, found};
  }
  return {false, true, std::nullopt};
}

// Named fields have few values, which many entries share.
bool EntrySearch::has_text(std::uint64_t file,
                           journal::PayloadReader& payloads,
                           std::uint64_t item) {
  const journal::FileOffset data = payloads.data_of(item);
  if (const bool* const known = known_texts_.find(file, data)) return *known;
  std::string_view payload;
  if (!payloads.payload_of(item, payload)) return false;
  const auto value = text_->value_in(payload);
  return known_texts_.learn(file, data, value && text_->find(*value));
}

bool EntrySearch::may_want(std::string_view value) {
  if (!text_) return true;
  const std::uint64_t failures = text_->failures().n_texts;
  return text_->find(value) || text_->failures().n_texts > failures;
}

query::Grep::Failures EntrySearch::failures() const {
  query::Grep::Failures all;
  if (text_) all = text_->failures();
  if (where_) all.add(where_->failures());
  return all;
}

tl::unexpected<Failure> search_failure(const query::Grep::Failures& failures) {
  return failure(std::to_string(failures.n_texts) +
                 " texts could not be searched: " + failures.first_cause);
}

}  // namespace logq::cli
