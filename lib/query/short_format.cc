#include "query/short_format.h"

#include "base/quantity.h"
#include "query/hyperlink.h"
#include "query/terminal_text.h"
#include "query/text_append.h"
#include "wire/utf8.h"

namespace logq::query {
namespace {

// Columns other than the message are left out from this length on, as journalctl does.
constexpr std::size_t kColumnSizeMax = 300;

// A newline in a column would begin a line that looks like an entry of its own. Messages may have
// them because their further lines are indented.
bool is_safe_column(std::string_view value) {
  return wire::is_printable_utf8(value, wire::Newlines::kRefused);
}

// Values are printed as C strings once everything is to be shown: up to the first NUL.
std::string_view until_nul(std::string_view value) {
  return value.substr(0, value.find('\0'));
}

std::string_view first_line(std::string_view message) {
  return message.substr(0, message.find('\n'));
}

// Where a position in `text` is once tabs and sequences are replaced.
TextSpan stripped_span(std::string_view text, const TextSpan& span, std::string& scratch) {
  const auto moved = [&](std::size_t position) {
    return position == 0 ? 0 : strip_tabs_and_ansi(text.substr(0, position), scratch).size();
  };
  return {moved(span.begin), moved(span.end)};
}

}  // namespace

ShortFormat::ShortFormat(OutputMode mode, const FormatOptions& options)
    : mode_(mode),
      options_(options),
      style_{options.full || options.show_all, options.show_all, options.columns, options.unicode},
      time_(mode, options.utc),
      explanation_(options),
      file_url_base_(options.hyperlinks ? file_url_base() : "") {}

bool ShortFormat::wants(std::string_view field_name) const {
  // Explanations may have any field in them.
  const bool is_explained = options_.catalog && (options_.explain || options_.hyperlinks);
  return is_explained || find_line_field(field_name).has_value();
}

void ShortFormat::append(const EntryView& entry, std::string& out) {
  const LineFields fields(entry.payloads);
  time_.set_entry(entry, fields);
  if (!fields.has(LineField::kMessage)) return;

  const std::size_t start = out.size();
  time_.append(out);
  // Continuation lines are indented by the stored size of the columns, whatever is seen of them.
  std::size_t indent = out.size() - start;
  const std::string_view hostname = fields[LineField::kHostname];
  if (!options_.no_hostname && is_shown(hostname)) {
    indent += append_column(" ", hostname, "", out);
  }
  indent += append_source(fields, out);
  indent += append_pid(fields, out);
  out += ": ";
  append_message(entry, fields, indent + 2, out);
  explanation_.append(entry, out);
}

bool ShortFormat::is_shown(std::string_view value) const {
  if (value.data() == nullptr) return false;
  if (options_.show_all) return true;
  return value.size() < kColumnSizeMax && is_safe_column(value);
}

std::size_t ShortFormat::append_column(std::string_view before,
                                       std::string_view value,
                                       std::string_view after,
                                       std::string& out) const {
  out += before;
  out += options_.show_all ? until_nul(value) : value;
  out += after;
  return before.size() + value.size() + after.size();
}

std::size_t ShortFormat::append_source(const LineFields& fields, std::string& out) const {
  if (mode_ == OutputMode::kWithUnit) {
    if (const std::size_t width = append_units(fields, out); width > 0) return width;
  }
  for (const LineField field : {LineField::kIdentifier, LineField::kComm}) {
    if (is_shown(fields[field])) return append_column(" ", fields[field], "", out);
  }
  out += " unknown";
  return 0;  // does not count, in journalctl either
}

// One of the two that can be shown makes the other appear too, however long that is.
std::size_t ShortFormat::append_units(const LineFields& fields, std::string& out) const {
  const std::string_view unit = fields[LineField::kUnit];
  const std::string_view user_unit = fields[LineField::kUserUnit];
  if (!is_shown(unit) && !is_shown(user_unit)) return 0;
  std::size_t width = 0;
  const auto may_appear = [this](std::string_view name) {
    return name.data() != nullptr && (options_.show_all || is_safe_column(name));
  };
  if (may_appear(unit)) width += append_column(" ", unit, "", out);
  if (may_appear(user_unit)) {
    append_column(width > 0 ? "/" : " ", user_unit, "", out);
    width += unit.size() + 1;  // sic: what journalctl indents by
  }
  return width;
}

std::size_t ShortFormat::append_pid(const LineFields& fields, std::string& out) const {
  for (const LineField field : {LineField::kPid, LineField::kSyslogPid}) {
    if (is_shown(fields[field])) return append_column("[", fields[field], "]", out);
  }
  return 0;
}

void ShortFormat::append_message(const EntryView& entry,
                                 const LineFields& fields,
                                 std::size_t indent,
                                 std::string& out) {
  if (options_.hyperlinks) append_documentation(entry, fields[LineField::kDocumentation], out);
  std::string_view message = fields[LineField::kMessage];
  TextSpan mark = entry.highlight.value_or(TextSpan{});
  if (options_.truncate_newline) message = first_line(message);
  if (!options_.show_all) {
    if (mark.end > 0) mark = stripped_span(message, mark, stripped_);
    message = strip_tabs_and_ansi(message, stripped_);
    if (!wire::is_printable_utf8(message, wire::Newlines::kAllowed)) {
      out.push_back('[');
      out += base::format_size(message.size());
      out += " blob data]\n";
      return;
    }
  }
  // A link must not be ellipsised: what is left of its escape sequences could end nowhere.
  const bool may_link = options_.hyperlinks && style_.full;
  if (may_link) message = linked(message, fields[LineField::kConfigFile], mark);
  append_message_lines(message, indent, style_, colours_of(fields), mark, out);
}

// `url` is what the entry says itself; where it does not, the catalog may.
void ShortFormat::append_documentation(const EntryView& entry,
                                       std::string_view url,
                                       std::string& out) {
  const auto can_be_link = [](std::string_view text) {
    return is_documentation_url(text) && is_linkable(text);
  };
  if (!is_shown(url) || !can_be_link(url)) url = explanation_.documentation_of(entry);
  if (!can_be_link(url)) return;
  append_link(url, options_.unicode ? "[\xf0\x9f\xa1\x95]" : "[LNK]", out);
  out.push_back(' ');
}

std::string_view ShortFormat::linked(std::string_view message,
                                     std::string_view config_file,
                                     TextSpan& mark) {
  if (config_file.empty() || !message.starts_with(config_file)) return message;
  const std::string_view rest = message.substr(config_file.size());
  const bool names_it = rest.empty() || rest[0] == ':' || rest[0] == ' ';
  // An empty mark stands for nothing sought and goes behind the link, as in journalctl.
  const bool marked_inside = mark.end > mark.begin && mark.begin <= config_file.size();
  const bool can_be_link = is_shown(config_file) && is_linkable(config_file);
  if (!names_it || marked_inside || !can_be_link) return message;

  linked_.clear();
  append_link(file_url(config_file, file_url_base_), config_file, linked_);
  const std::size_t added = linked_.size() - config_file.size();
  linked_ += rest;
  mark.begin += added;
  mark.end += added;
  return linked_;
}

MessageColours ShortFormat::colours_of(const LineFields& fields) const {
  if (!options_.colours) return {};
  MessageColours colours = message_colours(fields[LineField::kPriority], options_.colour_depth);
  if (fields[LineField::kTransport] == "audit") {
    // What has been found is marked in the colour of the priority all the same.
    colours.on = kBlue;
    colours.off = kColourOff;
  }
  return colours;
}

}  // namespace logq::query
