// ContextWindow: which entries are shown beside those that are found, -A, -B and -C.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "logq/search/entry_batch.h"
#include "query/text_span.h"

namespace logq::cli {

class ContextWindow {
 public:
  struct Item {
    EntryBatch::Entry entry;
    std::optional<query::TextSpan> highlight;
    // Entries between the one shown before and this one are not shown.
    bool behind_gap = false;
  };

  // So many entries in front of each that is found, and behind it, in the order of add().
  ContextWindow(std::size_t before, std::size_t after) : before_(before), after_(after) {}

  // Takes the next entry, and appends to `shown` what is to be shown now, in order.
  void add(const EntryBatch::Entry& entry,
           bool is_hit,
           std::optional<query::TextSpan> highlight,
           std::vector<Item>& shown);

  // Whether entries behind the last one found are still to come.
  [[nodiscard]] bool is_open() const { return after_left_ > 0; }

  // Whether entries of the file may be shown later.
  [[nodiscard]] bool holds(const journal::FileReader& file) const;

 private:
  void show(Item item, std::vector<Item>& shown);

  std::size_t before_;
  std::size_t after_;
  std::size_t after_left_ = 0;
  bool has_shown_ = false;
  bool has_gap_ = false;
  std::deque<Item> held_;  // the last ones that were not shown
};

}  // namespace logq::cli
