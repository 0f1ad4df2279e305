#include "docs/markdown.h"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace logq::test {
namespace {

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

std::vector<std::string> cells_of(std::string_view row) {
  std::vector<std::string> cells;
  row.remove_prefix(1);
  for (std::size_t bar = row.find('|'); bar != std::string_view::npos; bar = row.find('|')) {
    cells.push_back(trimmed(row.substr(0, bar)));
    row.remove_prefix(bar + 1);
  }
  return cells;
}

}  // namespace

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::optional<DumpLine> parse_dump_line(const std::string& line) {
  constexpr std::size_t kFirst = 10;  // column of the first byte
  if (line.size() < kFirst || line.find_first_not_of("0123456789abcdef") != 8) return std::nullopt;
  DumpLine dump{std::stoul(line.substr(0, 8), nullptr, 16), {}};
  if (line.ends_with(" zero bytes")) {
    dump.bytes.resize(std::stoul(line.substr(kFirst)));
    return dump;
  }
  // Two digits and a blank for each byte; a second blank ends them.
  for (std::size_t at = kFirst; at + 1 < line.size() && dump.bytes.size() < 16; at += 3) {
    if (line[at] == ' ') break;
    dump.bytes.push_back(static_cast<char>(std::stoul(line.substr(at, 2), nullptr, 16)));
  }
  return dump;
}

std::vector<std::vector<std::string>> table_rows(std::string_view markdown) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& line : lines_of(markdown)) {
    if (line.starts_with("| ")) rows.push_back(cells_of(line));
  }
  return rows;
}

std::vector<std::string> code_blocks(std::string_view markdown, std::string_view language) {
  std::vector<std::string> blocks;
  bool inside = false;
  bool wanted = false;
  for (const std::string& line : lines_of(markdown)) {
    if (line.starts_with("```")) {
      wanted = !inside && line.substr(3) == language;
      inside = !inside;
      if (wanted) blocks.emplace_back();
    } else if (wanted) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

std::string dumped_bytes(const std::string& block) {
  std::string bytes;
  for (const std::string& line : lines_of(block)) {
    const std::optional<DumpLine> row = parse_dump_line(line);
    if (!row) continue;
    EXPECT_EQ(row->offset, bytes.size()) << line;
    bytes += row->bytes;
  }
  return bytes;
}

}  // namespace logq::test
