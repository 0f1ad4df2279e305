// EntryFilter: the part of a query that is asked of each entry, because no index answers it: times
// and the text of the message.
#pragma once

#include <cstdint>
#include <optional>

#include "common/exit_status.h"
#include "journal/journal.h"
#include "logq/options.h"
#include "query/grep.h"
#include "query/text_span.h"

namespace logq::cli {

// Not thread-safe.
class EntryFilter {
 public:
  // Fails for a pattern that is no regular expression.
  static Outcome<EntryFilter> create(const Options& options);

  enum class Place : std::uint8_t {
    kWithin,
    kBefore,  ///< not yet in the range of times: look at the next entry
    kBeyond,  ///< behind the range, in the direction of reading: there is nothing more to find
  };
  // Where the current entry lies in the range of -S and -U.
  [[nodiscard]] Place place(const journal::Journal& journal) const;

  struct Finding {
    bool wanted = true;
    std::optional<query::TextSpan> highlight;  // in the value of MESSAGE
  };
  // Searches the message of the current entry.
  [[nodiscard]] Finding search(journal::Journal& journal);

  [[nodiscard]] bool has_pattern() const { return grep_.has_value(); }
  // What went wrong while searching, for the user; empty: nothing.
  [[nodiscard]] std::string complaint() const;

 private:
  EntryFilter(const RangeOptions& range, bool reverse, std::optional<query::Grep> grep)
      : range_(range),
        reverse_(reverse),
        grep_(std::move(grep)) {}

  const RangeOptions& range_;
  bool reverse_;
  std::optional<query::Grep> grep_;
};

}  // namespace logq::cli
