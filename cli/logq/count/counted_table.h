// CountedTable: rows of names and numbers as aligned text, JSON or CSV.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/exit_status.h"
#include "logq/options/options.h"

namespace logq::cli {

struct Cell {
  enum class Kind : std::uint8_t { kNothing, kNumber, kText };
  Kind kind = Kind::kNothing;
  std::string text = {};  // of a number the digits; of a text any bytes

  static Cell number(std::uint64_t number) { return {Kind::kNumber, std::to_string(number)}; }
  static Cell number(std::string digits) { return {Kind::kNumber, std::move(digits)}; }
  static Cell of(std::string_view text) { return {Kind::kText, std::string(text)}; }
};

struct CountedTable {
  std::vector<std::string> columns;  // names as in JSON and CSV; upper case in text
  std::vector<std::vector<Cell>> rows;
};

enum class TableFormat : std::uint8_t { kText, kJson, kJsonPretty, kCsv };

// What -o asks for; the formats of entries fail, but for the usual one, which is text.
Outcome<TableFormat> table_format(const Options& options);

// As text numbers stand to the right, and what is no printable text, or a new line, is escaped as
// \xHH and \n; nothing is "-". `headings`: with a line of the names.
[[nodiscard]] std::string to_text(const CountedTable& table, bool headings);
// An object per row and line, or spread over lines; nothing is null, and what is no printable text
// an array of bytes as in the journal's own JSON.
[[nodiscard]] std::string to_json(const CountedTable& table, bool pretty);
// RFC 4180 but for the ends of lines, which are newlines. Bytes stay what they are; nothing is an
// empty cell, an empty text "".
[[nodiscard]] std::string to_csv(const CountedTable& table);

// One of the three.
[[nodiscard]] std::string render(const CountedTable& table, TableFormat format, bool headings);

}  // namespace logq::cli
