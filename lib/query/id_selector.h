// IdSelector: the argument of -b and of --invocation, which name a run by its id, by its place in
// time, or by both: "", "0", "-1", "1", "+1", ID, ID-1, ID+2, "all".
#pragma once

#include <optional>
#include <string_view>

#include "logq/id128.h"
#include "logq/result.h"

namespace logq::query {

struct IdSelector {
  bool all = false;         // asks nothing; the other members are unset then
  std::optional<Id128> id;  // 32 hexadecimal digits
  int offset = 0;  // from `id`; without one: 1 is the oldest, 0 the newest, -1 the one before

  // "-b" alone and "-b 0": of the machine's own journal that is the boot that runs now, whether or
  // not it has entries yet. Of named files it is the newest boot found there.
  [[nodiscard]] bool names_newest() const { return !all && !id && offset == 0; }

  friend bool operator==(const IdSelector&, const IdSelector&) = default;
};

// kInvalidArgument when `text` is none of these.
[[nodiscard]] Result<IdSelector> parse_id_selector(std::string_view text);

// The index that the selector names in a list of `count` ids, oldest first; `at` is the index of
// `selector.id` in it. REQUIRES: !selector.all, and `at` < `count` when the selector has an id.
[[nodiscard]] std::optional<std::size_t> selected_index(const IdSelector& selector,
                                                        std::size_t at,
                                                        std::size_t count);

}  // namespace logq::query
