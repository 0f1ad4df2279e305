// EntrySearch: what is asked of the payloads of entries, because no index answers it: -g, and
// --where as far as it goes beyond the index.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/exit_status.h"
#include "journal/journal.h"
#include "journal/payload_reader.h"
#include "logq/options/options.h"
#include "logq/search/entry_batch.h"
#include "logq/search/known_values.h"
#include "query/grep.h"
#include "query/text_search.h"
#include "query/text_span.h"
#include "query/where_plan.h"

namespace logq::cli {

// Borrows the options. One per thread.
class EntrySearch {
 public:
  // Fails for a pattern that is no regular expression.
  static Outcome<EntrySearch> create(const Options& options);
  // Another one, for another thread, which has failed nowhere yet. Fails for want of memory.
  [[nodiscard]] Outcome<EntrySearch> clone() const;

  // What the index answers of --where: from now on only the entries that the match of the plan
  // selects may be searched. REQUIRES: --where was given.
  query::WherePlan plan(journal::Journal& journal);

  struct Finding {
    bool wanted = true;
    bool is_near = true;  // all but -g holds: it may be shown beside what is wanted
    std::optional<query::TextSpan> highlight;  // in the value of MESSAGE
  };
  // Whether an entry, that `payloads` has begun with, of `items` items, is wanted. Payloads that
  // are not asked for are not unpacked.
  [[nodiscard]] Finding search(const EntryBatch::Entry& entry,
                               journal::PayloadReader& payloads,
                               std::uint64_t items);

  // Whether an entry with this value of a field that -g searches can be wanted: it may also have
  // been impossible to search, which is for search() to find and to count.
  [[nodiscard]] bool may_want(std::string_view value);

  [[nodiscard]] bool has_pattern() const { return text_.has_value(); }
  // Whether entries may turn out not to be wanted.
  [[nodiscard]] bool is_asked() const { return text_.has_value() || where_.has_value(); }
  // Whether search() looks at payloads.
  [[nodiscard]] bool reads_payloads() const {
    return text_.has_value() || (where_.has_value() && settled_ != where_->all_leaves());
  }
  // What could not be searched so far.
  [[nodiscard]] query::Grep::Failures failures() const;

 private:
  // Most entries have their values in common with those before: 96 KiB hold what is known of them.
  static constexpr std::size_t kKnownValues = 4096;

  explicit EntrySearch(const Options& options) : options_(&options) {}
  [[nodiscard]] bool where_holds(const EntryBatch::Entry& entry,
                                 journal::PayloadReader& payloads,
                                 std::uint64_t items);
  [[nodiscard]] Finding find_text(const EntryBatch::Entry& entry,
                                  journal::PayloadReader& payloads,
                                  std::uint64_t items);
  [[nodiscard]] bool has_text(std::uint64_t file,
                              journal::PayloadReader& payloads,
                              std::uint64_t item);

  const Options* options_;
  std::optional<query::TextSearch> text_;
  std::optional<query::Where> where_;
  std::uint64_t settled_ = 0;
  KnownValues<std::uint64_t, kKnownValues> known_leaves_;  // of --where, that a value makes true
  KnownValues<bool, kKnownValues> known_texts_;            // whether -g finds something in it
};

// What a query ends with whose search had to give up texts. REQUIRES: there are some.
[[nodiscard]] tl::unexpected<Failure> search_failure(const query::Grep::Failures& failures);

}  // namespace logq::cli
