#include "supervise/logger_script.h"

#include <algorithm>
#include <charconv>

#include "supervise/multilog_pattern.h"

namespace logq::supervise {
namespace {

constexpr std::uint64_t kFewestFiles = 2;  // the one that is written and one before it

bool is_path(std::string_view word) {
  return word.starts_with('.') || word.starts_with('/');
}

bool is_limit(std::string_view word) {
  if (word.size() < 2 || std::string_view("snS").find(word.front()) == std::string_view::npos) {
    return false;
  }
  const std::string_view digits = word.substr(1);
  return std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool LoggerScript::begins_with(std::string_view word) {
  if (word.empty()) return false;
  return word == "t" || word == "e" || is_limit(word) ||
         std::string_view("+-=!").find(word.front()) != std::string_view::npos;
}

std::optional<std::string> LoggerScript::add(std::string_view word) {
  const bool is_first = !has_words_;
  has_words_ = true;
  if (word == "t") {
    stamps_ = true;
    if (!is_first) return "action t must be the first";
  } else if (word == "e") {
    actions_.push_back({Act::kShow, {}});
  } else if (word.starts_with('+') || word.starts_with('-')) {
    actions_.push_back(
        {word.front() == '+' ? Act::kSelect : Act::kDeselect, std::string(word.substr(1))});
  } else if (word.starts_with('=')) {
    if (word.size() == 1) return "action = without a file";
    actions_.push_back({Act::kKeep, {}, status_files_.size()});
    status_files_.emplace_back(word.substr(1));
  } else if (is_path(word)) {
    actions_.push_back({Act::kStore, {}});
    has_directory_ = true;
    add_storage_word(word);
  } else if (word.starts_with('!')) {
    add_storage_word(word);
  } else if (is_limit(word)) {
    return add_limit(word);
  } else {
    return "unknown action '" + std::string(word) + "'";
  }
  return std::nullopt;
}

std::optional<std::string> LoggerScript::add_limit(std::string_view word) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(word.data() + 1, word.data() + word.size(), number);
  if (error != std::errc() || number == 0) return "bad number in '" + std::string(word) + "'";
  if (word.front() == 's') limits_.file_bytes = number;
  if (word.front() == 'S') limits_.total_bytes = number;
  if (word.front() == 'n') limits_.files = std::max(number, kFewestFiles);
  add_storage_word(word);
  return std::nullopt;
}

void LoggerScript::add_storage_word(std::string_view word) {
  storage_words_.emplace_back(word);
}

bool LoggerScript::is_trivial() const {
  return std::ranges::all_of(actions_,
                             [](const Action& action) { return action.act == Act::kStore; });
}

void LoggerScript::judge(std::string_view head, Verdict& verdict) const {
  verdict.stored = false;
  verdict.times_shown = 0;
  verdict.kept_status.clear();
  bool is_selected = true;
  for (const Action& action : actions_) {
    const bool selects = action.act == Act::kSelect;
    if (selects || action.act == Act::kDeselect) {
      if (is_selected != selects && matches_multilog_pattern(action.pattern, head)) {
        is_selected = selects;
      }
    } else if (is_selected) {
      verdict.times_shown += action.act == Act::kShow ? 1 : 0;
      verdict.stored = verdict.stored || action.act == Act::kStore;
      if (action.act == Act::kKeep) verdict.kept_status.push_back(action.status);
    }
  }
  if (!has_directory_) verdict.stored = is_selected;
}

}  // namespace logq::supervise
