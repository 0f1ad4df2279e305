#include "wire/syslog_message.h"

#include <algorithm>

#include "base/ascii.h"

namespace logq::wire {
namespace {

constexpr std::string_view kWhitespaceAndNul(" \t\n\r\0", 5);
constexpr std::size_t kPriorityDigitsMax = 3;

// The exact shape of a timestamp: A a letter, 0 a digit, _ a space or a digit, the rest itself.
constexpr std::string_view kTimestampShape = "AAA _0 _0:_0:_0 ";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool has_shape(char c, char shape) {
  switch (shape) {
    case 'A':
      return is_letter(c);
    case '0':
      return base::is_digit(c);
    case '_':
      return c == ' ' || base::is_digit(c);
    default:
      return c == shape;
  }
}

std::string_view take(std::string_view& rest, std::size_t size) {
  const std::string_view taken = rest.substr(0, size);
  rest.remove_prefix(taken.size());
  return taken;
}

std::optional<int> take_priority(std::string_view& rest) {
  if (!rest.starts_with('<')) return std::nullopt;
  const std::size_t close = rest.substr(0, kPriorityDigitsMax + 2).find('>');
  if (close == std::string_view::npos || close < 2) return std::nullopt;
  const std::string_view digits = rest.substr(1, close - 1);
  if (!std::ranges::all_of(digits, base::is_digit)) return std::nullopt;
  int priority = 0;
  for (const char c : digits)
    priority = priority * 10 + (c - '0');
  rest.remove_prefix(close + 1);
  return priority;
}

std::string_view take_timestamp(std::string_view& rest) {
  if (rest.size() < kTimestampShape.size()) return {};
  for (std::size_t i = 0; i < kTimestampShape.size(); ++i) {
    if (!has_shape(rest[i], kTimestampShape[i])) return {};
  }
  return take(rest, kTimestampShape.size());
}

}  // namespace

SyslogTag take_syslog_tag(std::string_view& rest) {
  SyslogTag tag;
  std::string_view word = rest;
  word.remove_prefix(std::min(word.find_first_not_of(base::kBlanks), word.size()));
  word = word.substr(0, word.find_first_of(base::kBlanks));
  if (!word.ends_with(':')) return tag;
  rest.remove_prefix(static_cast<std::size_t>(word.data() - rest.data()) + word.size());
  if (!rest.empty() && base::kBlanks.find(rest.front()) != std::string_view::npos) {
    rest.remove_prefix(1);
  }
  word.remove_suffix(1);
  const std::size_t open = word.rfind('[');
  if (word.ends_with(']') && open != std::string_view::npos) {
    tag.pid = word.substr(open + 1, word.size() - open - 2);
    word = word.substr(0, open);
  }
  tag.identifier = word;
  return tag;
}

SyslogMessage parse_syslog_message(std::string_view datagram) {
  SyslogMessage message;
  std::string_view rest = datagram.substr(0, datagram.find_last_not_of(kWhitespaceAndNul) + 1);
  rest.remove_prefix(std::min(rest.find_first_not_of(base::kBlanks), rest.size()));
  message.keep_raw = rest.size() < datagram.size();
  if (const std::size_t nul = rest.find('\0'); nul != std::string_view::npos) {
    rest = rest.substr(0, nul);
    message.keep_raw = true;
  }
  if (const auto priority = take_priority(rest)) message.priority = *priority;
  message.timestamp = take_timestamp(rest);
  if (message.timestamp.empty()) message.keep_raw = true;
  const SyslogTag tag = take_syslog_tag(rest);
  message.identifier = tag.identifier;
  message.pid = tag.pid;
  message.text = rest;
  return message;
}

}  // namespace logq::wire
