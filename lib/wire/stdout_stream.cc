#include "wire/stdout_stream.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/ascii.h"
#include "base/try.h"
#include "wire/level_prefix.h"
#include "wire/loose_integer.h"

namespace logq::wire {
namespace {

constexpr int kHeaderLines = 7;
constexpr int kStreamPriorityMax = 999;
constexpr int kLevelMask = 7;

std::string_view strip_trailing_whitespace(std::string_view text) {
  return text.substr(0, text.find_last_not_of(base::kBlanks) + 1);
}

std::string_view strip_whitespace(std::string_view text) {
  const std::string_view stripped = strip_trailing_whitespace(text);
  return stripped.substr(std::min(stripped.find_first_not_of(base::kBlanks), stripped.size()));
}

// What is left of a line: nothing but whitespace is left alone, as in journald 252.
std::string_view strip_line(std::string_view text) {
  const std::string_view stripped = strip_trailing_whitespace(text);
  return stripped.empty() ? text : stripped;
}

bool equals_ignoring_case(std::string_view a, std::string_view lower) {
  return std::ranges::equal(
      a, lower, [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x - 'A' + 'a' : x) == y; });
}

// journald's words for yes and no.
Result<bool> parse_boolean(std::string_view text) {
  for (const std::string_view word : {"1", "yes", "y", "true", "t", "on"}) {
    if (equals_ignoring_case(text, word)) return true;
  }
  for (const std::string_view word : {"0", "no", "n", "false", "f", "off"}) {
    if (equals_ignoring_case(text, word)) return false;
  }
  return fail(Error::make(Errc::kCorrupt, "stream header: not a boolean"));
}

Result<int> parse_priority(std::string_view text) {
  const auto priority = parse_loose_integer(text);
  if (!priority.has_value() || *priority < 0 || *priority > kStreamPriorityMax) {
    return fail(Error::make(Errc::kCorrupt, "stream header: priority is not 0 to 999"));
  }
  return static_cast<int>(*priority);
}

}  // namespace

std::string encode_stream_header(const StreamHeader& header) {
  const auto boolean_line = [](bool value) { return value ? "1\n" : "0\n"; };
  std::string text = header.identifier;
  text.append(1, '\n').append(header.unit_id).append(1, '\n');
  text.append(std::to_string(header.priority)).append(1, '\n');
  text.append(boolean_line(header.level_prefix));
  text.append(boolean_line(header.forward_to_syslog));
  text.append(boolean_line(header.forward_to_kmsg));
  text.append(boolean_line(header.forward_to_console));
  return text;
}

Result<bool> StreamHeaderDecoder::feed_line(std::string_view line) {
  if (line.size() >= kStreamHeaderLineMax) {
    return fail(Error::make(Errc::kCorrupt, "stream header: line too long"));
  }
  if (line.find('\0') != std::string_view::npos) {
    return fail(Error::make(Errc::kCorrupt, "stream header: line does not end in a newline"));
  }
  const std::string_view text = strip_whitespace(line);
  switch (lines_) {
    case 0:
      header_.identifier = text;
      break;
    case 1:
      header_.unit_id = text;
      break;
    case 2:
      header_.priority = LOGQ_TRY(parse_priority(text));
      break;
    case 3:
      header_.level_prefix = LOGQ_TRY(parse_boolean(text));
      break;
    case 4:
      header_.forward_to_syslog = LOGQ_TRY(parse_boolean(text));
      break;
    case 5:
      header_.forward_to_kmsg = LOGQ_TRY(parse_boolean(text));
      break;
    case 6:
      header_.forward_to_console = LOGQ_TRY(parse_boolean(text));
      break;
    default:
      return fail(Error::make(Errc::kInvalidArgument, "stream header: already complete"));
  }
  ++lines_;
  return lines_ == kHeaderLines;
}

std::string_view line_break_name(LineBreak line_break) {
  constexpr std::array<std::string_view, 5> kNames = {"", "nul", "line-max", "pid-change", "eof"};
  return kNames[static_cast<std::size_t>(line_break)];
}

std::optional<StreamLine> split_line(std::string_view buffer, std::size_t line_max) {
  const std::string_view window = buffer.substr(0, line_max);
  const std::size_t newline = window.find('\n');
  const std::size_t nul = window.substr(0, newline).find('\0');
  if (nul != std::string_view::npos) {
    return StreamLine{buffer.substr(0, nul), LineBreak::kNul, nul + 1};
  }
  if (newline != std::string_view::npos) {
    return StreamLine{buffer.substr(0, newline), LineBreak::kNewline, newline + 1};
  }
  if (buffer.size() < line_max) return std::nullopt;
  return StreamLine{window, LineBreak::kLineMax, line_max};
}

StreamMessage interpret_line(std::string_view text, const StreamHeader& header) {
  StreamMessage result{strip_line(text), header.priority};
  if (!header.level_prefix) return result;
  const PrefixedLine line = parse_level_prefix(result.message);
  result.message = line.text;
  if (line.priority) {
    result.priority = (header.priority & ~kLevelMask) | static_cast<int>(*line.priority);
  }
  return result;
}

}  // namespace logq::wire
