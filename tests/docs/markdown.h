// The little of Markdown that the tests of the documents need: tables, code blocks and dumps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logq::test {

// The whole file; empty when it cannot be read.
[[nodiscard]] std::string read_file(const std::string& path);

// All rows of all tables with a first cell, in order: `| a | | b |` is {"a", "", "b"}. Rules
// (|---|) are left out, head rows are not.
[[nodiscard]] std::vector<std::vector<std::string>> table_rows(std::string_view markdown);

// The contents of all ``` blocks whose opening line is ``` and `language`, each line with newline.
[[nodiscard]] std::vector<std::string> code_blocks(std::string_view markdown,
                                                   std::string_view language);

// One line of a dump, `00000010  2c 61  annotation` or `00000020  480 zero bytes`; nothing for
// other lines.
struct DumpLine {
  std::uint64_t offset = 0;
  std::string bytes;
};
[[nodiscard]] std::optional<DumpLine> parse_dump_line(const std::string& line);

// What all dump lines of a block show together. Their offsets are expected to be right.
[[nodiscard]] std::string dumped_bytes(const std::string& block);

// `text` cut at newlines.
[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

}  // namespace logq::test
