#include "query/cat_format.h"

#include <algorithm>
#include <optional>

#include "query/payload.h"
#include "wire/utf8.h"

namespace logq::query {
namespace {

constexpr std::string_view kMessage = "MESSAGE";
constexpr std::string_view kPriority = "PRIORITY";

// What was found; where nothing was sought, journalctl marks nothing, but visibly so.
void append_marked(std::string_view message,
                   const TextSpan& mark,
                   const MessageColours& colours,
                   std::string& out) {
  const std::size_t begin = std::min(mark.begin, message.size());
  const std::size_t end = std::clamp(mark.end, begin, message.size());
  out.append(colours.on).append(message.substr(0, begin));
  out.append(colours.highlight).append(message.substr(begin, end - begin));
  out.append(colours.on).append(message.substr(end)).append(colours.off);
}

}  // namespace

CatFormat::CatFormat(const FormatOptions& options)
    : fields_(options.output_fields),
      colours_(options.colours),
      colour_depth_(options.colour_depth),
      truncate_newline_(options.truncate_newline),
      hides_controls_(options.for_terminal && !options.show_all) {
  if (fields_.empty()) fields_.emplace_back(kMessage);
}

bool CatFormat::wants(std::string_view field_name) const {
  return (colours_ && field_name == kPriority) ||
         std::find(fields_.begin(), fields_.end(), field_name) != fields_.end();
}

void CatFormat::append(const EntryView& entry, std::string& out) {
  MessageColours colours;
  if (colours_) {
    colours = message_colours(find_value(entry.payloads, kPriority).value_or(""), colour_depth_);
  }
  for (const std::string& name : fields_) {
    std::optional<std::string_view> value = find_value(entry.payloads, name);
    if (!value) continue;
    const bool is_message = name == kMessage;
    if (truncate_newline_) value = value->substr(0, value->find('\n'));
    if (hides_controls_) {
      harmless_ = *value;
      wire::hide_controls(harmless_, 0, '?');
      value = harmless_;
    }
    if (is_message && !colours.on.empty()) {
      append_marked(*value, entry.highlight.value_or(TextSpan{}), colours, out);
    } else {
      out.append(colours.on).append(*value).append(colours.off);
    }
    out.push_back('\n');
  }
}

}  // namespace logq::query
