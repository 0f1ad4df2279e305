#include "query/message_lines.h"

#include <algorithm>

#include "query/ellipsis.h"

namespace logq::query {
namespace {

// Where lines are ellipsised, a message ends with its third line or its 300th byte.
constexpr int kLinesMax = 3;
constexpr std::size_t kMessageSizeMax = 300;
// The narrowest message column that is worth an ellipsised line.
constexpr std::size_t kCellsMin = 3;
constexpr std::size_t kPercentOfLine = 90;
// No line is indented further. Each of a message's lines repeats the indent, so without a bound a
// column of 32 KB (-a prints it) and as many newlines would make a gigabyte of blanks.
constexpr std::size_t kIndentMax = 2048;
constexpr std::size_t kPercentOfLastLine = 100;

std::string_view cut_at_nul(std::string_view line, const LineStyle& style) {
  return style.until_nul ? line.substr(0, line.find('\0')) : line;
}

// `mark` are bytes of the line.
void append_marked(std::string_view line,
                   const TextSpan& mark,
                   const LineStyle& style,
                   const MessageColours& colours,
                   std::string& out) {
  const std::size_t begin = std::min(mark.begin, line.size());
  const std::size_t end = std::clamp(mark.end, begin, line.size());
  out += colours.on;
  out += cut_at_nul(line.substr(0, begin), style);
  out += colours.highlight;
  out += cut_at_nul(line.substr(begin, end - begin), style);
  if (end < line.size()) {
    out += colours.on;
    out += cut_at_nul(line.substr(end), style);
  }
  out += colours.off;
}

class LinePrinter {
 public:
  LinePrinter(std::size_t indent,
              const LineStyle& style,
              const MessageColours& colours,
              std::string& out)
      : indent_(indent),
        style_(style),
        colours_(colours),
        out_(out) {}

  // Whether the line can be printed as it is.
  [[nodiscard]] bool fits(std::string_view line, bool is_last) const {
    return style_.full || (!is_last && indent_ + line.size() + 1 < style_.columns);
  }

  void append_whole(std::string_view line) {
    out_ += colours_.on;
    out_ += cut_at_nul(line, style_);
    out_ += colours_.off;
  }

  // Whether there is room for some of a line that does not fit.
  [[nodiscard]] bool has_room() const {
    return indent_ < style_.columns && style_.columns - indent_ >= kCellsMin;
  }

  // A line that is the last one shown says with its ellipsis that there would be more.
  // REQUIRES: has_room().
  void append_shortened(std::string_view line, bool is_last) {
    const std::size_t cells = style_.columns - indent_;
    out_ += colours_.on;
    if (cells > line.size() + kCellsMin) {
      out_ += line;
      out_ += "...";
    } else {
      const std::size_t percent = is_last ? kPercentOfLastLine : kPercentOfLine;
      append_ellipsised(line, {cells, percent, style_.unicode}, out_);
    }
    out_ += colours_.off;
  }

 private:
  std::size_t indent_;
  const LineStyle& style_;
  const MessageColours& colours_;
  std::string& out_;
};

// The part of `highlight` in the line of these bytes, if it begins there.
std::optional<TextSpan> mark_in_line(const std::optional<TextSpan>& highlight,
                                     std::size_t begin,
                                     std::size_t end) {
  if (!highlight || highlight->begin < begin || highlight->begin >= end) return std::nullopt;
  return TextSpan{highlight->begin - begin, highlight->end - begin};
}

}  // namespace

void append_message_lines(std::string_view message,
                          std::size_t indent,
                          const LineStyle& style,
                          const MessageColours& colours,
                          const std::optional<TextSpan>& highlight,
                          std::string& out) {
  LinePrinter printer(indent, style, colours, out);
  if (message.empty()) out.push_back('\n');
  const std::size_t blanks = std::min(indent, kIndentMax);
  std::size_t begin = 0;
  for (int number = 1; begin < message.size(); ++number) {
    const std::size_t end = std::min(message.find('\n', begin), message.size());
    const std::string_view line = message.substr(begin, end - begin);
    const bool is_last = number == kLinesMax || end + 1 >= kMessageSizeMax;
    const std::optional<TextSpan> mark = mark_in_line(highlight, begin, end);

    const bool whole = printer.fits(line, is_last);
    const bool has_text = whole || printer.has_room();
    if (number > 1 && has_text) out.append(blanks, ' ');
    if (whole && mark && !colours.on.empty()) {
      append_marked(line, *mark, style, colours, out);
    } else if (whole) {
      printer.append_whole(line);
    } else if (has_text) {
      printer.append_shortened(line, is_last);
    } else {
      out += "...";
    }
    out.push_back('\n');
    if (!whole && is_last) break;
    begin = end + 1;
  }
}

}  // namespace logq::query
