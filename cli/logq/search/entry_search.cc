#include "logq/search/entry_search.h"

#include <string_view>
#include <utility>

#include "base/fold_multiply.h"

namespace logq::cli {
namespace {

// Most entries have their values in common with those before: 96 KiB hold what is known of them.
constexpr std::size_t kKnownValues = 4096;

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

// Whoever writes a file may make others fall on the same place: that costs time, no answer.
std::size_t place_of(std::uint64_t file, journal::FileOffset data) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15U;
  return base::fold_multiply(data ^ file << 48, kOdd) % kKnownValues;
}

}  // namespace

Outcome<EntrySearch> EntrySearch::create(const Options& options) {
  EntrySearch search(options);
  if (options.grep.is_asked()) {
    auto text = make_text_search(options.grep);
    if (!text) return tl::unexpected<Failure>(text.error());
    search.text_ = std::move(*text);
    if (!search.text_->first_value_only()) search.known_texts_.resize(kKnownValues);
  }
  if (options.where.asked) {
    auto where = options.where.asked->clone();
    if (!where) return failure(describe("--where", where.error()));
    search.where_ = std::move(*where);
    search.known_.resize(kKnownValues);
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
    KnownLeaves& known = known_[place_of(serial, data)];
    if (known.file != serial || known.data != data) {
      if (!payloads.payload_of(i, payload)) continue;
      known = {serial, data, where_->leaves_of(payload)};
    }
    leaves |= known.leaves;
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
  KnownText& known = known_texts_[place_of(file, data)];
  if (known.file == file && known.data == data) return known.found;
  std::string_view payload;
  if (!payloads.payload_of(item, payload)) return false;
  const auto value = text_->value_in(payload);
  known = {file, data, value && text_->find(*value)};
  return known.found;
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

}  // namespace logq::cli
