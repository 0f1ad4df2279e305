#include "logq/count/counted_table.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "wire/json.h"
#include "wire/utf8.h"

namespace logq::cli {
namespace {

// What is longer does not push the columns behind it out of sight.
constexpr std::size_t kWidestColumn = 48;

std::string escaped(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      line += "\\n";
    } else if (byte >= 0x20 && byte < 0x7f) {
      line += c;
    } else {
      line += "\\x";
      line += kDigits[byte >> 4];
      line += kDigits[byte & 0xf];
    }
  }
  return line;
}

std::string shown(const Cell& cell) {
  if (cell.kind == Cell::Kind::kNothing) return "-";
  const bool is_plain = wire::is_printable_utf8(cell.text, wire::Newlines::kRefused) &&
                        cell.text.find('\t') == std::string::npos;
  return is_plain ? cell.text : escaped(cell.text);
}

std::string upper_case(std::string_view name) {
  std::string text(name);
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

// Characters, which is near enough to cells of a terminal for lining up.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

struct ShownRow {
  std::vector<std::string> cells;
  std::vector<bool> to_right;
};

ShownRow heading_of(const CountedTable& table) {
  ShownRow row;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    row.cells.push_back(upper_case(table.columns[i]));
    const bool numbers = !table.rows.empty() && table.rows.front()[i].kind == Cell::Kind::kNumber;
    row.to_right.push_back(numbers);
  }
  return row;
}

void append_row(const ShownRow& row, const std::vector<std::size_t>& widths, std::string& out) {
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const std::size_t width = width_of(row.cells[i]);
    const std::string padding(widths[i] - std::min(widths[i], width), ' ');
    const bool is_last = i + 1 == row.cells.size();
    if (row.to_right[i]) out += padding;
    out += row.cells[i];
    if (!row.to_right[i] && !is_last) out += padding;
    out += is_last ? "\n" : " ";
  }
}

std::string json_of(const Cell& cell) {
  if (cell.kind == Cell::Kind::kNothing) return "null";
  if (cell.kind == Cell::Kind::kNumber) return cell.text;
  std::string text;
  wire::encode_json_value(cell.text, text);
  return text;
}

std::string csv_of(const Cell& cell) {
  const bool is_plain =
      !cell.text.empty() && cell.text.find_first_of(",\"\r\n") == std::string::npos;
  if (cell.kind != Cell::Kind::kText || is_plain) return cell.text;
  std::string text = "\"";
  for (const char c : cell.text)
    text.append(c == '"' ? 2 : 1, c);
  return text + "\"";
}

}  // namespace

Outcome<TableFormat> table_format(const Options& options) {
  using query::OutputMode;
  if (options.aggregate.csv) return TableFormat::kCsv;
  switch (options.display.mode) {
    case OutputMode::kShort:
      return TableFormat::kText;
    case OutputMode::kJson:
      return TableFormat::kJson;
    case OutputMode::kJsonPretty:
      return TableFormat::kJsonPretty;
    default:
      return failure("what is counted is printed as text, -o json, -o json-pretty or -o csv");
  }
}

std::string to_text(const CountedTable& table, bool headings) {
  std::vector<ShownRow> rows;
  if (headings) rows.push_back(heading_of(table));
  for (const std::vector<Cell>& row : table.rows) {
    ShownRow shown_row;
    for (const Cell& cell : row) {
      shown_row.cells.push_back(shown(cell));
      shown_row.to_right.push_back(cell.kind == Cell::Kind::kNumber);
    }
    rows.push_back(std::move(shown_row));
  }
  std::vector<std::size_t> widths(table.columns.size(), 0);
  for (const ShownRow& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i)
      widths[i] = std::max(widths[i], std::min(width_of(row.cells[i]), kWidestColumn));
  }
  std::string text;
  for (const ShownRow& row : rows)
    append_row(row, widths, text);
  return text;
}

std::string to_json(const CountedTable& table, bool pretty) {
  const std::string_view before = pretty ? "\n\t" : "";
  const std::string_view colon = pretty ? " : " : ":";
  std::string text;
  for (const std::vector<Cell>& row : table.rows) {
    text += "{";
    for (std::size_t i = 0; i < row.size(); ++i) {
      text.append(i > 0 ? "," : "").append(before);
      text.append("\"").append(table.columns[i]).append("\"").append(colon).append(json_of(row[i]));
    }
    text += pretty ? "\n}\n" : "}\n";
  }
  return text;
}

std::string to_csv(const CountedTable& table) {
  std::string text;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    text.append(i > 0 ? "," : "").append(table.columns[i]);
  text += "\n";
  for (const std::vector<Cell>& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      text.append(i > 0 ? "," : "").append(csv_of(row[i]));
    text += "\n";
  }
  return text;
}

std::string render(const CountedTable& table, TableFormat format, bool headings) {
  if (format == TableFormat::kText) return to_text(table, headings);
  if (format == TableFormat::kCsv) return to_csv(table);
  return to_json(table, format == TableFormat::kJsonPretty);
}

}  // namespace logq::cli
