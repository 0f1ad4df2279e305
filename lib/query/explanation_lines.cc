#include "query/explanation_lines.h"

#include <algorithm>

#include "query/catalog_text.h"
#include "query/colours.h"
#include "query/without_blanks.h"

namespace logq::query {
namespace {

// What stands before the first line, before each other one, and at the end of each.
struct Decoration {
  std::string first;
  std::string further;
  std::string_view end;
};

Decoration decoration_of(const FormatOptions& options) {
  const std::string mark = options.unicode ? "\xe2\x96\x91\xe2\x96\x91" : "--";
  if (!options.colours) return {mark + " ", mark + " ", ""};
  const std::string grey_mark = std::string(grey(options.colour_depth)) + mark;
  const std::string off(kColourOff);
  const std::string green(kGreen);
  // journalctl's blank is grey in the first line only.
  return {grey_mark + " " + off + green, grey_mark + off + " " + green, kColourOff};
}

}  // namespace

bool ExplanationLines::read(const EntryView& entry) {
  if (options_.catalog == nullptr) return false;
  const std::optional<std::string_view> text = options_.catalog->find(entry.payloads);
  if (!text) return false;
  text_.clear();
  append_explanation(*text, entry.payloads,
                     options_.show_all ? CatalogValues::kAll : CatalogValues::kPrintable, text_);
  return true;
}

void ExplanationLines::append(const EntryView& entry, std::string& out) {
  if (!are_wanted() || !read(entry)) return;
  const Decoration decoration = decoration_of(options_);
  std::string_view rest = without_blanks(text_, " \t\n\r");
  const std::string* before = &decoration.first;
  while (true) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    out += *before;
    out += line;
    out += decoration.end;
    out += '\n';
    if (line.size() == rest.size()) return;
    rest.remove_prefix(line.size() + 1);
    before = &decoration.further;
  }
}

std::string_view ExplanationLines::documentation_of(const EntryView& entry) {
  if (!read(entry)) return {};
  return find_catalog_documentation(text_).value_or(std::string_view());
}

}  // namespace logq::query
