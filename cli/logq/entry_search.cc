#include "logq/entry_search.h"

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

// Whoever writes a file may make others fall on the same place: that costs time, no answer.
std::size_t place_of(std::uint64_t file, journal::FileOffset data) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15U;
  return base::fold_multiply(data ^ file << 48, kOdd) % kKnownValues;
}

}  // namespace

Outcome<EntrySearch> EntrySearch::create(const Options& options) {
  EntrySearch search(options);
  if (const auto& pattern = options.grep.pattern) {
    auto grep = query::Grep::compile(*pattern, case_rule(options.grep));
    if (!grep) return failure(query::describe_pattern_error(*pattern));
    search.grep_ = std::move(*grep);
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
  if (where_ && !where_holds(entry, payloads, items)) return {false, std::nullopt};
  if (!grep_) return {};
  if (where_) items = payloads.begin(entry.file->opened(), entry.info.offset);
  return find_pattern(payloads, items);
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

EntrySearch::Finding EntrySearch::find_pattern(journal::PayloadReader& payloads,
                                               std::uint64_t items) {
  constexpr std::string_view kPrefix = "MESSAGE=";
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
  query::Grep::Failures all;
  if (grep_) all = grep_->failures();
  if (where_) all.add(where_->failures());
  return all;
}

}  // namespace logq::cli
