#include "counted_output.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <stdexcept>

namespace logq::test {
namespace {

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : rest_(text) {}

  bool at_end() {
    skip_blanks();
    return rest_.empty();
  }

  JsonRow row() {
    JsonRow row;
    expect('{');
    do {
      const std::string name = string();
      expect(':');
      if (!row.emplace(name, cell()).second) throw std::runtime_error("a name twice: " + name);
    } while (take(','));
    expect('}');
    return row;
  }

 private:
  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n"), rest_.size()));
  }

  bool take(char c) {
    skip_blanks();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!take(c)) throw std::runtime_error("expected " + std::string(1, c) + " at " + left());
  }

  [[nodiscard]] std::string left() const { return std::string(rest_.substr(0, 40)); }

  JsonCell cell() {
    skip_blanks();
    if (rest_.starts_with('"')) return string();
    if (rest_.starts_with('[')) return bytes();
    const std::size_t end = std::min(rest_.find_first_of(",}] \n"), rest_.size());
    const std::string word(rest_.substr(0, end));
    rest_.remove_prefix(end);
    if (word == "null") return std::nullopt;
    std::size_t read = 0;
    static_cast<void>(std::stold(word, &read));  // throws where it is no number
    if (read != word.size()) throw std::runtime_error("no number: " + word);
    return word;
  }

  std::string bytes() {
    std::string text;
    expect('[');
    do {
      text += static_cast<char>(std::stoi(*cell()));
    } while (take(','));
    expect(']');
    return text;
  }

  std::string string() {
    expect('"');
    std::string text;
    while (!rest_.starts_with('"')) {
      if (rest_.empty()) throw std::runtime_error("a string without an end");
      text += character();
    }
    rest_.remove_prefix(1);
    return text;
  }

  // Those that have short escapes, or \u00XX of ASCII: others are written as they are.
  char character() {
    const char first = rest_.front();
    rest_.remove_prefix(1);
    if (static_cast<unsigned char>(first) < 0x20) throw std::runtime_error("a control character");
    if (first != '\\') return first;
    const char kind = rest_.empty() ? '?' : rest_.front();
    rest_.remove_prefix(1);
    if (kind == 'u') {
      const int code = std::stoi(std::string(rest_.substr(0, 4)), nullptr, 16);
      rest_.remove_prefix(4);
      if (code > 0x7f) throw std::runtime_error("an escape of what needs none");
      return static_cast<char>(code);
    }
    constexpr std::string_view kKinds = "\"\\/bfnrt";
    const std::size_t index = kKinds.find(kind);
    if (index == std::string_view::npos) throw std::runtime_error("an unknown escape");
    return "\"\\/\b\f\n\r\t"[index];
  }

  std::string_view rest_;
};

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 8; i-- > 0;)
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

void count_combinations(const ExportedEntry& entry,
                        const std::vector<std::string>& fields,
                        std::vector<JsonCell>& begun,
                        PlainCounts& counts) {
  if (begun.size() == fields.size()) {
    ++counts[begun];
    return;
  }
  std::set<JsonCell> values;
  const auto [first, last] = entry.equal_range(fields[begun.size()]);
  for (auto field = first; field != last; ++field)
    values.insert(field->second);
  if (values.empty()) values.insert(std::nullopt);
  for (const JsonCell& value : values) {
    begun.push_back(value);
    count_combinations(entry, fields, begun, counts);
    begun.pop_back();
  }
}

}  // namespace

std::vector<JsonRow> read_json_rows(std::string_view text) {
  std::vector<JsonRow> rows;
  JsonReader reader(text);
  while (!reader.at_end())
    rows.push_back(reader.row());
  return rows;
}

std::vector<std::vector<std::string>> read_csv(std::string_view text) {
  std::vector<std::vector<std::string>> rows;
  while (!text.empty()) {
    std::vector<std::string> row(1);
    bool quoted = false;
    for (; !text.empty() && (quoted || text.front() != '\n'); text.remove_prefix(1)) {
      const char c = text.front();
      if (c == '"' && quoted && text.substr(1).starts_with('"')) {
        row.back() += c;
        text.remove_prefix(1);
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        row.emplace_back();
      } else {
        row.back() += c;
      }
    }
    if (text.empty()) throw std::runtime_error("no newline at the end");
    text.remove_prefix(1);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<ExportedEntry> read_export(std::string_view stream) {
  std::vector<ExportedEntry> entries;
  ExportedEntry entry;
  while (!stream.empty()) {
    const std::size_t end = stream.find('\n');
    const std::string_view line = stream.substr(0, end);
    stream.remove_prefix(end + 1);
    const std::size_t equals = line.find('=');
    if (line.empty()) {
      entries.push_back(std::move(entry));
      entry.clear();
    } else if (equals != std::string_view::npos) {
      entry.emplace(line.substr(0, equals), line.substr(equals + 1));
    } else {
      const std::uint64_t size = little_endian(stream);
      entry.emplace(line, stream.substr(8, size));
      stream.remove_prefix(8 + size + 1);
    }
  }
  return entries;
}

PlainCounts count_plainly(const std::vector<ExportedEntry>& entries,
                          const std::vector<std::string>& fields) {
  PlainCounts counts;
  for (const ExportedEntry& entry : entries) {
    std::vector<JsonCell> begun;
    count_combinations(entry, fields, begun, counts);
  }
  return counts;
}

PlainCounts counts_told(const std::vector<JsonRow>& rows, const std::vector<std::string>& fields) {
  PlainCounts counts;
  for (const JsonRow& row : rows) {
    std::vector<JsonCell> values;
    for (const std::string& field : fields)
      values.push_back(row.at(field));
    if (!counts.emplace(values, std::stoull(*row.at("count"))).second)
      throw std::runtime_error("a group told twice");
  }
  return counts;
}

}  // namespace logq::test
