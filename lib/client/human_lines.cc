#include "client/human_lines.h"

#include <algorithm>
#include <array>

#include "client/civil_clock.h"
#include "client/entry_fields.h"
#include "client/escaped_text.h"

namespace logq::client {
namespace {

// As wide as the longest and a space, so that messages begin at the same place.
constexpr std::array<std::string_view, 8> kPaddedLevels = {
    "emerg  ", "alert  ", "crit   ", "error  ", "warn   ", "notice ", "info   ", "debug  "};
constexpr std::string_view kRed = "\x1b[1;31m";
constexpr std::string_view kYellow = "\x1b[1;33m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kPlain{};
constexpr std::string_view kEnd = "\x1b[0m";
constexpr std::array<std::string_view, 8> kLevelColours = {kRed,    kRed,  kRed,   kRed,
                                                           kYellow, kBold, kPlain, kDim};

// The text and the colour it is in.
class Line {
 public:
  Line(std::string& out, bool has_colours) : out_(out), has_colours_(has_colours) {}

  void begin_colour(std::string_view colour) {
    if (!has_colours_ || colour.empty()) return;
    out_ += colour;
    coloured_ = true;
  }
  void end_colour() {
    if (coloured_) out_ += kEnd;
    coloured_ = false;
  }
  std::string& out() { return out_; }

 private:
  std::string& out_;
  const bool has_colours_;
  bool coloured_ = false;
};

// Columns, taking each character for one.
std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<std::uint8_t>(c) & 0xc0) != 0x80;
  }));
}

// Time, level and identifier. How many columns they take.
std::size_t append_head(const Entry& entry, const HumanStyle& style, Line& line) {
  constexpr CivilForm kToTheMillisecond{' ', 3};
  std::string& out = line.out();
  const auto level = static_cast<std::size_t>(entry.priority) % kPaddedLevels.size();
  const std::uint64_t time = entry.realtime_usec != 0 ? entry.realtime_usec : style.now_usec;
  line.begin_colour(kDim);
  const std::size_t time_begin = out.size();
  append_civil_time(time, style.utc_offset_seconds, kToTheMillisecond, out);
  std::size_t columns = out.size() - time_begin + 1 + kPaddedLevels[level].size();
  line.end_colour();
  out += ' ';
  line.begin_colour(kLevelColours[level]);
  out += kPaddedLevels[level];
  line.end_colour();
  if (entry.identifier.empty()) return columns;
  const std::size_t identifier_begin = out.size();
  append_escaped(entry.identifier, out);
  out += ": ";
  columns += count_characters(std::string_view(out).substr(identifier_begin));
  return columns;
}

void begin_line(std::size_t indent, std::string& out) {
  out += '\n';
  out.append(indent, ' ');
}

// Whether it took more than one line.
bool append_message(std::string_view message, std::size_t indent, std::string& out) {
  // Where a message ends in a newline there is no line behind it.
  while (message.ends_with('\n'))
    message.remove_suffix(1);
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = std::min(message.find('\n', begin), message.size());
    append_escaped(message.substr(begin, end - begin), out);
    if (end == message.size()) return begin != 0;
    begin_line(indent, out);
    begin = end + 1;
  }
}

}  // namespace

void encode_human_lines(const Entry& entry, const HumanStyle& style, EncodeMemory& memory) {
  std::string& out = memory.bytes;
  Line line(out, style.has_colours);
  const std::size_t indent = append_head(entry, style, line);
  bool begins_line = append_message(entry.message, indent, out);
  for_each_given_field(entry, [&](std::string_view name, const Value& value) {
    if (begins_line) {
      begin_line(indent, out);
    } else {
      out += ' ';
    }
    begins_line = false;
    line.begin_colour(kDim);
    out += name;
    out += '=';
    line.end_colour();
    memory.values.clear();
    value.append_to(memory.values);
    append_quoted(memory.values, Escapes::kBytes, out);
  });
  out += '\n';
}

}  // namespace logq::client
