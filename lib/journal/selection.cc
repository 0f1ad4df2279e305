#include "journal/selection.h"

#include <algorithm>

namespace logq::journal {
namespace {

// So many of the last entries of a file being written are judged by their items when it is opened.
// journald and our writer link an entry before they append the next; others may lag.
constexpr std::uint64_t kUnsettledEntries = 64;

}  // namespace

Selection::Selection(FileReader& file, const Match& match)
    : file_(file),
      all_(file.all_entries()),
      root_(compile(match)) {
  look_up(root_);
  const std::uint64_t entries = all_.size();
  const std::uint64_t unsettled = file.info().state == FileState::kOnline ? kUnsettledEntries : 1;
  settle(entries > unsettled ? entries - unsettled : 0);
}

Selection::Node Selection::compile(const Match& match) {
  Node node;
  node.match = &match;
  for (const Match& operand : match.operands)
    node.operands.push_back(compile(operand));
  return node;
}

void Selection::look_up(Node& node) {
  if (node.match->kind == Match::Kind::kPayload && node.data == 0) {
    node.data = file_.find_data(node.match->payload);
    node.entries = file_.entries_of(node.data);
  }
  for (Node& operand : node.operands) {
    look_up(operand);
    // Without one of them there is nothing that has all; each further one may cost a page.
    if (node.match->kind == Match::Kind::kAnd && !has_lists(operand)) return;
  }
}

// Whether the file has entries for a node at all, as far as its hash table tells.
bool Selection::has_lists(const Node& node) {
  switch (node.match->kind) {
    case Match::Kind::kAll:
      return true;
    case Match::Kind::kPayload:
      return node.data != 0;
    case Match::Kind::kAnd:
      return std::all_of(node.operands.begin(), node.operands.end(), has_lists);
    case Match::Kind::kOr:
      break;
  }
  return std::any_of(node.operands.begin(), node.operands.end(), has_lists);
}

void Selection::settle(std::uint64_t first_unsettled) {
  known_entries_ = all_.size();
  unsettled_ = UINT64_MAX;
  for (std::uint64_t i = first_unsettled; i < known_entries_; ++i) {
    const auto entry = all_.at(i);
    if (!entry) continue;
    unsettled_ = *entry;
    return;
  }
}

void Selection::refresh() {
  const std::uint64_t before = known_entries_;
  const std::uint64_t now = all_.size();
  if (now == before) return;
  look_up(root_);
  // What was published before the newest entries were has been linked by now.
  settle(std::min(before, now - 1));
}

std::optional<FileOffset> Selection::first_from(FileOffset offset) {
  if (candidates_) return candidate_from(offset);
  if (root_.match->kind == Match::Kind::kAll) return all_.first_from(offset);
  if (offset < unsettled_) {
    const auto found = index_first(root_, offset);
    if (found && *found < unsettled_) return found;
    offset = unsettled_;
  }
  auto entry = all_.first_from(offset);
  while (entry && !judge(*entry))
    entry = all_.first_from(*entry + 1);
  return entry;
}

std::optional<FileOffset> Selection::last_until(FileOffset offset) {
  if (candidates_) return candidate_until(offset);
  if (root_.match->kind == Match::Kind::kAll) return all_.last_until(offset);
  if (offset >= unsettled_) {
    auto entry = all_.last_until(offset);
    while (entry && *entry >= unsettled_) {
      if (judge(*entry)) return entry;
      entry = all_.last_until(*entry - 1);
    }
    offset = unsettled_ - 1;
  }
  return index_last(root_, offset);
}

std::optional<FileOffset> Selection::candidate_from(FileOffset offset) const {
  const auto found = std::lower_bound(candidates_->begin(), candidates_->end(), offset);
  if (found != candidates_->end() && *found < unsettled_) return *found;
  return all_.first_from(std::max(offset, unsettled_));
}

std::optional<FileOffset> Selection::candidate_until(FileOffset offset) const {
  const auto unsettled = offset >= unsettled_ ? all_.last_until(offset) : std::nullopt;
  if (unsettled && *unsettled >= unsettled_) return unsettled;
  const auto behind = std::upper_bound(candidates_->begin(), candidates_->end(), offset);
  if (behind == candidates_->begin()) return std::nullopt;
  return *(behind - 1);
}

bool Selection::judge(FileOffset entry) {
  if (!file_.read_items(entry, items_)) items_.clear();  // reported when it is stepped on
  return holds(root_, entry);
}

// An entry whose items were lost may still be in the lists.
bool Selection::holds(const Node& node, FileOffset entry) const {
  const auto operand_holds = [this, entry](const Node& operand) { return holds(operand, entry); };
  switch (node.match->kind) {
    case Match::Kind::kAll:
      return true;
    case Match::Kind::kPayload:
      return node.data != 0 &&
             (std::find(items_.begin(), items_.end(), node.data) != items_.end() ||
              node.entries.first_from(entry) == entry);
    case Match::Kind::kAnd:
      return std::all_of(node.operands.begin(), node.operands.end(), operand_holds);
    case Match::Kind::kOr:
      return std::any_of(node.operands.begin(), node.operands.end(), operand_holds);
  }
  return false;
}

std::optional<FileOffset> Selection::index_first(const Node& node, FileOffset offset) const {
  switch (node.match->kind) {
    case Match::Kind::kAll:
      return all_.first_from(offset);
    case Match::Kind::kPayload:
      return node.entries.first_from(offset);
    case Match::Kind::kAnd:
      return first_of_all(node, offset);
    case Match::Kind::kOr:
      break;
  }
  std::optional<FileOffset> best;
  for (const Node& operand : node.operands) {
    const auto found = index_first(operand, offset);
    if (found && (!best || *found < *best)) best = found;
  }
  return best;
}

std::optional<FileOffset> Selection::index_last(const Node& node, FileOffset offset) const {
  switch (node.match->kind) {
    case Match::Kind::kAll:
      return all_.last_until(offset);
    case Match::Kind::kPayload:
      return node.entries.last_until(offset);
    case Match::Kind::kAnd:
      return last_of_all(node, offset);
    case Match::Kind::kOr:
      break;
  }
  std::optional<FileOffset> best;
  for (const Node& operand : node.operands) {
    const auto found = index_last(operand, offset);
    if (found && (!best || *found > *best)) best = found;
  }
  return best;
}

// Each operand in turn moves the candidate on, until all agree on it.
std::optional<FileOffset> Selection::first_of_all(const Node& node, FileOffset offset) const {
  std::size_t agreed = 0;
  std::size_t next = 0;
  while (agreed < node.operands.size()) {
    const auto found = index_first(node.operands[next], offset);
    if (!found) return std::nullopt;
    agreed = *found == offset ? agreed + 1 : 1;
    offset = *found;
    next = (next + 1) % node.operands.size();
  }
  return node.operands.empty() ? all_.first_from(offset) : std::optional(offset);
}

std::optional<FileOffset> Selection::last_of_all(const Node& node, FileOffset offset) const {
  std::size_t agreed = 0;
  std::size_t next = 0;
  while (agreed < node.operands.size()) {
    const auto found = index_last(node.operands[next], offset);
    if (!found) return std::nullopt;
    agreed = *found == offset ? agreed + 1 : 1;
    offset = *found;
    next = (next + 1) % node.operands.size();
  }
  return node.operands.empty() ? all_.last_until(offset) : std::optional(offset);
}

}  // namespace logq::journal
