#include "query/verbose_format.h"

#include "base/quantity.h"
#include "query/colours.h"
#include "query/hyperlink.h"
#include "query/payload.h"
#include "query/shown_time.h"
#include "query/text_append.h"
#include "wire/utf8.h"

namespace logq::query {
namespace {

constexpr std::string_view kSourceRealtime = "_SOURCE_REALTIME_TIMESTAMP";
constexpr std::string_view kFieldIndent = "    ";
// From this length on a payload is told by its size, with --no-full.
constexpr std::size_t kLongestShown = 300;

std::uint64_t shown_realtime(const EntryView& entry) {
  const auto source = find_value(entry.payloads, kSourceRealtime);
  if (source) return parse_source_realtime(*source).value_or(entry.info.realtime_usec);
  return entry.info.realtime_usec;
}

}  // namespace

VerboseFormat::VerboseFormat(const FormatOptions& options)
    : options_(options),
      style_{.full = true, .until_nul = options.show_all},
      choice_(options.output_fields),
      time_(CalendarStyle::kFullPrecise, options.utc),
      file_url_base_(options.hyperlinks ? file_url_base() : ""),
      explanation_(options) {}

bool VerboseFormat::wants(std::string_view field_name) const {
  return choice_.includes(field_name) || field_name == kSourceRealtime || explanation_.are_wanted();
}

void VerboseFormat::append(const EntryView& entry, std::string& out) {
  append_head(entry, out);
  for (const std::string_view payload : entry.payloads) {
    const std::optional<Payload> field = split_payload(payload);
    if (field && choice_.includes(field->name)) append_field(payload, *field, out);
  }
  explanation_.append(entry, out);
}

void VerboseFormat::append_head(const EntryView& entry, std::string& out) {
  if (options_.colours) out += kUnderline;
  time_.append(shown_realtime(entry), out);
  if (options_.colours) out += kColourOff;
  out.push_back(' ');
  if (options_.colours) out += grey(options_.colour_depth);
  out.push_back('[');
  append_cursor(entry, out);
  out.push_back(']');
  if (options_.colours) out += kColourOff;
  out.push_back('\n');
}

void VerboseFormat::append_field(std::string_view payload, const Payload& field, std::string& out) {
  const std::string_view colour = field_colour(field.name);
  out += kFieldIndent;
  out += colour;
  out += field.name;
  out.push_back('=');
  if (is_shown(payload)) {
    std::string_view value = field.value;
    if (options_.hyperlinks && field.name == "CONFIG_FILE" && is_linkable(value) &&
        !value.empty()) {
      linked_.clear();
      append_link(file_url(value, file_url_base_), value, linked_);
      value = linked_;
    }
    const std::size_t indent = kFieldIndent.size() + field.name.size() + 1;
    append_message_lines(value, indent, style_, {}, std::nullopt, out);
    if (!colour.empty()) out += kColourOff;
    return;
  }
  out.push_back('[');
  out += base::format_size(field.value.size());
  out += " blob data]";
  if (!colour.empty()) out += kColourOff;
  out.push_back('\n');
}

bool VerboseFormat::is_shown(std::string_view payload) const {
  if (options_.show_all) return true;
  return (options_.full || payload.size() < kLongestShown) &&
         wire::is_printable_utf8(payload, wire::Newlines::kAllowed);
}

std::string_view VerboseFormat::field_colour(std::string_view name) const {
  if (!options_.colours) return {};
  if (name == "MESSAGE") return kBold;
  return name.starts_with('_') ? kGreen : std::string_view();
}

}  // namespace logq::query
