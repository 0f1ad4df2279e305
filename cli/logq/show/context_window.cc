#include "logq/show/context_window.h"

#include <algorithm>
#include <utility>

namespace logq::cli {

void ContextWindow::show(Item item, std::vector<Item>& shown) {
  item.behind_gap = has_shown_ && has_gap_;
  has_shown_ = true;
  has_gap_ = false;
  shown.push_back(std::move(item));
}

void ContextWindow::add(const EntryBatch::Entry& entry,
                        bool is_hit,
                        std::optional<query::TextSpan> highlight,
                        std::vector<Item>& shown) {
  if (is_hit) {
    for (Item& item : held_)
      show(std::move(item), shown);
    held_.clear();
    show({entry, highlight}, shown);
    after_left_ = after_;
    return;
  }
  if (after_left_ > 0) {
    --after_left_;
    show({entry, std::nullopt}, shown);
    return;
  }
  held_.push_back({entry, std::nullopt});
  if (held_.size() <= before_) return;
  held_.pop_front();
  has_gap_ = true;
}

bool ContextWindow::holds(const journal::FileReader& file) const {
  return std::any_of(held_.begin(), held_.end(),
                     [&file](const Item& item) { return item.entry.file == &file; });
}

}  // namespace logq::cli
