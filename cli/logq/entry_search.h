// EntrySearch: what is sought in the payloads of entries, because no index answers it: -g.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/exit_status.h"
#include "journal/payload_reader.h"
#include "logq/options.h"
#include "query/grep.h"
#include "query/text_span.h"

namespace logq::cli {

// One per thread.
class EntrySearch {
 public:
  // Fails for a pattern that is no regular expression.
  static Outcome<EntrySearch> create(const GrepOptions& options);

  struct Finding {
    bool wanted = true;
    std::optional<query::TextSpan> highlight;  // in the value of MESSAGE
  };
  // Whether the entry that `payloads` has begun with, of `items` items, is wanted. Payloads that
  // are not asked for are not unpacked.
  [[nodiscard]] Finding search(journal::PayloadReader& payloads, std::uint64_t items);

  // Whether an entry with this value of MESSAGE can be wanted: it may also have been impossible to
  // search, which is for search() to find and to count.
  [[nodiscard]] bool may_want(std::string_view message);

  [[nodiscard]] bool has_pattern() const { return grep_.has_value(); }
  // What could not be searched so far.
  [[nodiscard]] query::Grep::Failures failures() const;

 private:
  explicit EntrySearch(std::optional<query::Grep> grep) : grep_(std::move(grep)) {}

  std::optional<query::Grep> grep_;
};

}  // namespace logq::cli
