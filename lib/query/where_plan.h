// WherePlan: what of a --where expression the index of the files answers.
//
// The entries that `match` selects are all that can be wanted, and perhaps more; each is then asked
// with the leaves that are not settled. What the index says about values decides: = and `in` with
// texts are looked up, of other comparisons the values that satisfy them are sought among those
// that are stored. Negations, which hold for entries without the field, restrict nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.h"
#include "journal/match.h"
#include "query/where.h"

namespace logq::query {

// What a plan is made from. Borrowed for the call.
struct WhereIndex {
  using Visit = std::function<bool(std::string_view payload)>;
  // Each "FIELD=value" that is stored, once; false when some may be missing.
  std::function<bool(std::string_view field, const Visit& visit)> for_each_value;
  // How many entries have this payload.
  std::function<std::uint64_t(std::string_view payload)> n_entries_with;
  std::uint64_t n_entries = 0;
};

// Of all files of a journal, which must outlive the index.
[[nodiscard]] WhereIndex where_index(journal::Journal& journal);

// How entries will be read.
enum class WhereReading : std::uint8_t {
  kStored,     ///< those that are there now
  kFollowing,  ///< also later ones, with values that are not stored yet
};

struct WherePlan {
  // How a leaf is answered.
  enum class Way : std::uint8_t {
    kIndex,             ///< the match stands for it
    kNegation,          ///< each entry is asked, as below: entries without the field satisfy it
    kEntryItself,       ///< no value is stored for it
    kFollowing,         ///< values may come that are not known yet
    kManyValues,        ///< too many are stored, or satisfy it
    kDamaged,           ///< not all values can be read
    kNoGain,            ///< going along the index would take longer
    kFewEntries,        ///< others leave so few that looking is quicker
    kOtherAlternative,  ///< another alternative of an `or` must be asked of each entry anyway
  };
  struct Leaf {
    Way way = Way::kOtherAlternative;
    std::uint64_t n_values = 0;   // kIndex: that are looked up
    std::uint64_t n_entries = 0;  // kIndex: that have one of them, as far as counted
  };

  journal::Match match;
  // Leaves that need not be asked of the entries that `match` selects: an entry is wanted when
  // holds(settled | its leaves) does.
  std::uint64_t settled = 0;
  std::vector<Leaf> leaves;
  std::uint64_t n_entries = 0;  // at most this many are looked at
  std::uint64_t n_stored = 0;   // of these
};

[[nodiscard]] WherePlan plan_where(Where& where, const WhereIndex& index, WhereReading reading);

}  // namespace logq::query
