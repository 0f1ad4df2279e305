#include "logq/search/reading_start.h"

#include <algorithm>
#include <limits>

#include "logq/show/cursor_file.h"

namespace logq::cli {
namespace {

using journal::Journal;

struct CursorChoice {
  journal::Cursor cursor;
  bool skip_it = false;  // begin behind it
};

Outcome<std::optional<CursorChoice>> parse_choice(const std::string& text, bool skip_it) {
  const auto cursor = journal::Cursor::parse(text);
  if (!cursor) return failure("failed to seek to cursor: not a cursor: '" + text + "'");
  return std::optional(CursorChoice{*cursor, skip_it});
}

Outcome<std::optional<CursorChoice>> chosen_cursor(const RangeOptions& range) {
  if (range.cursor) return parse_choice(*range.cursor, false);
  if (range.after_cursor) return parse_choice(*range.after_cursor, true);
  if (range.cursor_file.empty()) return std::optional<CursorChoice>{};
  const auto text = read_cursor_file(range.cursor_file);
  if (!text) return failure(describe(range.cursor_file, text.error()));
  if (!*text || (*text)->empty()) return std::optional<CursorChoice>{};
  return parse_choice(**text, true);
}

bool go_to_cursor(const CursorChoice& choice, bool reverse, Journal& journal) {
  journal.seek_cursor(choice.cursor);
  const bool found = journal.next();
  const bool is_it = found && journal.at_cursor(choice.cursor);
  if (!reverse) return is_it && choice.skip_it ? journal.next() : found;
  if (is_it && !choice.skip_it) return true;
  journal.seek_cursor(choice.cursor);
  return journal.previous();
}

bool go_to_head(const RangeOptions& range, Journal& journal) {
  if (range.since_usec) {
    journal.seek_realtime(*range.since_usec);
  } else {
    journal.seek_head();
  }
  return journal.next();
}

// The place behind the last entry that may be shown.
void seek_end(const RangeOptions& range, Journal& journal) {
  constexpr std::uint64_t kForever = std::numeric_limits<std::uint64_t>::max();
  if (range.until_usec && *range.until_usec < kForever) {
    journal.seek_realtime(*range.until_usec + 1);
  } else {
    journal.seek_tail();
  }
}

// To the last entry but `count` - 1, or to the last one for 0. Where there are fewer, whatever
// comes is wanted too.
bool go_back(std::uint64_t count, Journal& journal) {
  for (std::uint64_t i = 0; i < std::max<std::uint64_t>(count, 1); ++i) {
    if (journal.previous()) continue;
    journal.seek_head();
    return count > 0 && journal.next();
  }
  return true;
}

}  // namespace

Outcome<bool> go_to_start(const Options& options, Journal& journal) {
  const DisplayOptions& display = options.display;
  const auto choice = chosen_cursor(options.range);
  if (!choice) return tl::unexpected<Failure>(choice.error());
  if (*choice) return go_to_cursor(**choice, display.reverse, journal);

  const bool from_tail = display.lines && !display.lines_from_head;
  if (!from_tail && !display.reverse) return go_to_head(options.range, journal);
  seek_end(options.range, journal);
  if (display.reverse) return journal.previous();
  return go_back(*display.lines, journal);
}

}  // namespace logq::cli
