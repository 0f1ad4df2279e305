#include "query/catalog_source.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "query/catalog_language.h"
#include "query/without_blanks.h"

namespace logq::query {
namespace {

using Parsed = tl::expected<void, CatalogSourceNote>;

constexpr std::size_t kLongestLine = std::size_t{1} << 20;
constexpr std::string_view kEntryMark = "-- ";
constexpr std::size_t kIdDigits = 32;

// Lines of a text, as systemd reads them: ended by LF, CR or both, and by NUL.
class Lines {
 public:
  explicit Lines(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  std::string_view next() {
    const std::string_view line = rest_.substr(0, rest_.find_first_of(kEnds));
    rest_.remove_prefix(line.size());
    skip_end();
    return line;
  }

 private:
  static constexpr std::string_view kEnds{"\n\r\0", 3};

  // Each of the marks once, in any order, is one end; a NUL is always the last of it.
  void skip_end() {
    unsigned seen = 0;
    while (!rest_.empty()) {
      const std::size_t kind = kEnds.find(rest_.front());
      if (kind == std::string_view::npos || (seen >> kind & 1U) != 0) return;
      seen |= 1U << kind;
      const bool is_nul = rest_.front() == '\0';
      rest_.remove_prefix(1);
      if (is_nul) return;
    }
  }

  std::string_view rest_;
};

struct EntryLine {
  Id128 id;
  std::optional<std::string_view> language;
};

std::optional<EntryLine> parse_entry_line(std::string_view line) {
  if (!line.starts_with(kEntryMark)) return std::nullopt;
  line.remove_prefix(kEntryMark.size());
  const bool has_more = line.size() > kIdDigits;
  if (line.size() < kIdDigits || (has_more && line[kIdDigits] != ' ')) return std::nullopt;
  const std::optional<Id128> id = Id128::parse(line.substr(0, kIdDigits));
  if (!id) return std::nullopt;
  if (!has_more) return EntryLine{*id, std::nullopt};
  return EntryLine{*id, without_blanks(line.substr(kIdDigits), " \t")};
}

class SourceParser {
 public:
  SourceParser(std::string_view language, CatalogEntries& entries)
      : file_language_(language),
        entries_(entries) {}

  Parsed take(std::string_view line) {
    ++line_number_;
    if (line.size() > kLongestLine) return wrong("the line is too long");
    if (line.empty()) {
      after_empty_line_ = true;
      return {};
    }
    if (line.front() == '#' || line.front() == ';') return {};
    if (after_empty_line_) {
      if (const auto entry = parse_entry_line(line)) return begin_entry(*entry);
    }
    return take_text(line);
  }

  Parsed finish_entry() {
    if (!id_) return {};
    if (text_.empty()) return wrong("an entry without text");
    if (!entries_.add({*id_, std::string(language_)}, std::exchange(text_, {}))) {
      return wrong("the catalog is too large");
    }
    return {};
  }

  [[nodiscard]] std::vector<CatalogSourceNote> take_remarks() { return std::move(remarks_); }

 private:
  [[nodiscard]] tl::unexpected<CatalogSourceNote> wrong(Literal what) const {
    return tl::unexpected<CatalogSourceNote>({line_number_, what.text});
  }

  Parsed begin_entry(const EntryLine& entry) {
    if (const Parsed finished = finish_entry(); !finished) return finished;
    language_ = file_language_;
    if (entry.language) {
      if (const Parsed chosen = choose_language(*entry.language); !chosen) return chosen;
    }
    id_ = entry.id;
    after_empty_line_ = false;
    return {};
  }

  Parsed choose_language(std::string_view language) {
    if (language.size() < kShortestLanguage) return wrong("the language is too short");
    if (language.size() > kLongestLanguage) return wrong("the language is too long");
    if (!file_language_.empty()) {
      remarks_.push_back({line_number_, language == file_language_
                                            ? "the language is that of the file anyway"
                                            : "the language is not that of the file"});
    }
    language_ = language;
    return {};
  }

  // Several empty lines count as one; those at the end of an entry for none.
  Parsed take_text(std::string_view line) {
    if (!id_) return wrong("text before the first id");
    if (after_empty_line_) text_ += '\n';
    text_ += line;
    text_ += '\n';
    after_empty_line_ = false;
    return {};
  }

  std::string_view file_language_;
  CatalogEntries& entries_;
  std::vector<CatalogSourceNote> remarks_;
  std::size_t line_number_ = 0;
  bool after_empty_line_ = true;
  std::optional<Id128> id_;    // of the entry that is being read
  std::string_view language_;  // and the rest of it
  std::string text_;
};

}  // namespace

tl::expected<std::vector<CatalogSourceNote>, CatalogSourceNote> parse_catalog_source(
    std::string_view bytes, std::string_view language, CatalogEntries& entries) {
  SourceParser parser(language, entries);
  for (Lines lines(bytes); !lines.at_end();) {
    const Parsed taken = parser.take(lines.next());
    if (!taken) return tl::unexpected<CatalogSourceNote>(taken.error());
  }
  const Parsed finished = parser.finish_entry();
  if (!finished) return tl::unexpected<CatalogSourceNote>(finished.error());
  return parser.take_remarks();
}

}  // namespace logq::query
