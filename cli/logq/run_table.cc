#include "logq/run_table.h"

#include <algorithm>
#include <string_view>

#include "logq/show/colours.h"
#include "query/calendar_text.h"

namespace logq::cli {
namespace {

struct Row {
  std::string index;
  const Run* run = nullptr;
  std::string first;
  std::string last;
};

// The part of the list that -n and -r ask for.
std::vector<Row> select_rows(const std::vector<Run>& runs, const DisplayOptions& display) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::size_t before_newest = runs.size() - 1 - i;
    rows.push_back(
        {(before_newest > 0 ? "-" : "") + std::to_string(before_newest), &runs[i], "", ""});
  }
  if (display.lines && *display.lines < rows.size()) {
    const auto count = static_cast<std::ptrdiff_t>(*display.lines);
    if (display.lines_from_head) {
      rows.erase(rows.begin() + count, rows.end());
    } else {
      rows.erase(rows.begin(), rows.end() - count);
    }
  }
  if (display.reverse) std::reverse(rows.begin(), rows.end());
  return rows;
}

std::string to_json(const Row& row, const RunTableNames& names, bool pretty) {
  const std::string_view before = pretty ? "\n\t\t" : "";
  const std::string_view colon = pretty ? " : " : ":";
  std::string text = "{";
  const auto add = [&](std::string_view key, const std::string& value, bool is_last = false) {
    text += std::string(before) + "\"" + std::string(key) + "\"" + std::string(colon) + value;
    if (!is_last) text += ",";
  };
  add("index", row.index);
  add(names.json_key, "\"" + row.run->id.to_string() + "\"");
  add("first_entry", std::to_string(row.run->first_realtime_usec));
  add("last_entry", std::to_string(row.run->last_realtime_usec), true);
  return text + (pretty ? "\n\t}" : "}");
}

std::string to_json(const std::vector<Row>& rows, const RunTableNames& names, bool pretty) {
  std::string text = "[";
  for (const Row& row : rows) {
    if (&row != &rows.front()) text += ",";
    text += (pretty ? "\n\t" : "") + to_json(row, names, pretty);
  }
  return text + (pretty ? "\n]\n" : "]\n");
}

bool is_json(query::OutputMode mode) {
  using query::OutputMode;
  return mode == OutputMode::kJson || mode == OutputMode::kJsonPretty ||
         mode == OutputMode::kJsonSse || mode == OutputMode::kJsonSeq;
}

void pad(std::string& text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
}

struct Widths {
  std::size_t index = 0;
  std::size_t id = 32;
  std::size_t first = 0;
  std::size_t last = 0;
};

// Without colours nothing is padded behind the last column.
std::string heading(const RunTableNames& names, Widths widths, bool coloured) {
  const Colours colours(coloured);
  std::string titles[] = {"IDX", names.heading, "FIRST ENTRY", "LAST ENTRY"};
  titles[0].insert(0, widths.index - titles[0].size(), ' ');
  pad(titles[1], widths.id);
  pad(titles[2], widths.first);
  if (coloured) pad(titles[3], widths.last);
  std::string line;
  for (const std::string& title : titles) {
    line += std::string(colours.off()) + std::string(colours.underline());
    if (&title != &titles[0]) line += " ";
    line += title + std::string(colours.off());
  }
  return line + "\n";
}

std::string to_text(std::vector<Row> rows,
                    const RunTableNames& names,
                    const DisplayOptions& display) {
  query::CalendarText calendar(query::CalendarStyle::kFull, display.format.utc);
  Widths widths{.index = display.quiet ? 0U : 3U, .first = display.quiet ? 0U : 11U};
  for (Row& row : rows) {
    calendar.append(row.run->first_realtime_usec, row.first);
    calendar.append(row.run->last_realtime_usec, row.last);
    widths.index = std::max(widths.index, row.index.size());
    widths.first = std::max(widths.first, row.first.size());
    widths.last = std::max(widths.last, row.last.size());
  }
  std::string text = display.quiet ? "" : heading(names, widths, display.format.colours);
  for (Row& row : rows) {
    row.index.insert(0, widths.index - row.index.size(), ' ');
    pad(row.first, widths.first);
    text += row.index + " " + row.run->id.to_string() + " " + row.first + " " + row.last + "\n";
  }
  return text;
}

}  // namespace

std::string format_runs(const std::vector<Run>& runs,
                        const RunTableNames& names,
                        const DisplayOptions& display) {
  if (runs.empty()) return "";
  std::vector<Row> rows = select_rows(runs, display);
  if (!is_json(display.mode)) return to_text(std::move(rows), names, display);
  return to_json(rows, names, display.mode == query::OutputMode::kJsonPretty);
}

}  // namespace logq::cli
