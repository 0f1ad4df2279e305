// How entries are printed.
#include "base/quantity.h"
#include "common/nearest.h"
#include "logq/options/option_table.h"
#include "logq/options/option_values.h"
#include "wire/loose_integer.h"

namespace logq::cli {
namespace {

constexpr std::uint64_t kDefaultLines = 10;
constexpr std::uint64_t kPagerEndLines = 1000;

struct LineCount {
  std::optional<std::uint64_t> lines;  // nothing: all
  bool from_head = false;
};

std::optional<LineCount> parse_lines(std::string_view text) {
  if (text == "all") return LineCount{};
  const bool from_head = text.starts_with('+');
  if (from_head) text.remove_prefix(1);
  const std::optional<long> number = wire::parse_loose_integer(text);
  if (!number || *number < 0 || *number > INT32_MAX) return std::nullopt;
  return LineCount{static_cast<std::uint64_t>(*number), from_head};
}

bool is_line_count(std::string_view word) {
  return parse_lines(word).has_value();
}

Outcome<void> apply_lines(Options& options, Value value) {
  const auto count = value ? parse_lines(*value) : LineCount{kDefaultLines, false};
  if (!count) return failure("not a number of lines: " + std::string(*value));
  options.display.lines_given = true;
  options.display.lines = count->lines;
  options.display.lines_from_head = count->from_head;
  return {};
}

Outcome<void> apply_output(Options& options, Value value) {
  if (*value == "help") {
    options.command = Command::kOutputHelp;
    return {};
  }
  options.aggregate.csv = *value == "csv";
  if (options.aggregate.csv) return {};
  const std::optional<query::OutputMode> mode = query::parse_output_mode(*value);
  if (!mode) {
    return failure("unknown output format: " + std::string(*value) +
                   did_you_mean(*value, query::output_mode_names()));
  }
  options.display.mode = *mode;
  if (query::is_machine_readable(*mode)) options.display.quiet = true;
  return {};
}

Outcome<void> apply_output_fields(Options& options, Value value) {
  for (std::string& field : split_commas(*value))
    options.display.format.output_fields.push_back(std::move(field));
  return {};
}

Outcome<void> apply_no_full(Options& options, Value /*value*/) {
  options.display.format.full = false;
  return {};
}

Outcome<void> apply_full(Options& options, Value /*value*/) {
  options.display.format.full = true;
  return {};
}

Outcome<void> apply_no_pager(Options& options, Value /*value*/) {
  options.display.pager = false;
  return {};
}

Outcome<void> apply_pager_end(Options& options, Value /*value*/) {
  options.display.pager_end = true;
  if (!options.display.lines_given) options.display.lines = kPagerEndLines;
  return {};
}

Outcome<void> apply_synchronize_on_exit(Options& options, Value value) {
  const std::optional<bool> wanted = base::parse_boolean(*value);
  if (!wanted) return failure("--synchronize-on-exit= takes a boolean: " + std::string(*value));
  options.display.synchronize_on_exit = *wanted;
  return {};
}

template <auto kMember>
constexpr auto display_flag = &apply_flag<&Options::display, kMember>;

template <auto kMember>
constexpr auto format_flag = &apply_flag<&Options::display, &DisplayOptions::format, kMember>;

using query::FormatOptions;
constexpr const char* kGroup = kOutputGroup;

constexpr OptionRow kRows[] = {
    {{{'o', "output", Argument::kRequired, "MODE", "Output format; \"help\" lists them", nullptr,
       kGroup, Mention::kDaily, Names::kOutputMode},
      &apply_output}},
    {{{0, "output-fields", Argument::kRequired, "LIST",
       "Only these fields in verbose, export, json and cat", nullptr, kGroup, Mention::kInAll,
       Names::kFieldList},
      &apply_output_fields},
     Parity::kThere,
     236},
    {{{'n', "lines", Argument::kOptional, "[+]N",
       "Show the last N entries (10), or the first with +N", &is_line_count, kGroup,
       Mention::kDaily},
      &apply_lines},
     Parity::kThere,
     0,
     "`+N` since 255"},
    {{{'r', "reverse", Argument::kNone, "", "Show the newest entries first", nullptr, kGroup,
       Mention::kDaily},
      display_flag<&DisplayOptions::reverse>}},
    {{{0, "show-cursor", Argument::kNone, "", "Print the cursor after all the entries", nullptr,
       kGroup},
      display_flag<&DisplayOptions::show_cursor>}},
    {{{0, "utc", Argument::kNone, "", "Print times in UTC", nullptr, kGroup},
      format_flag<&FormatOptions::utc>}},
    {{{'x', "catalog", Argument::kNone, "", "Explain messages that the catalog knows", nullptr,
       kGroup, Mention::kDaily},
      format_flag<&FormatOptions::explain>},
     Parity::kThere,
     0,
     "without a database the catalog's source files are read"},
    {{{'W', "no-hostname", Argument::kNone, "", "Leave out the host name", nullptr, kGroup},
      format_flag<&FormatOptions::no_hostname>},
     Parity::kThere,
     230,
     "`-W` since 259"},
    {{{'l', "full", Argument::kNone, "", "Show long messages in full (default)", nullptr, kGroup},
      &apply_full}},
    {{{0, "no-full", Argument::kNone, "", "Cut long messages to the width of the terminal", nullptr,
       kGroup},
      &apply_no_full}},
    {{{'a', "all", Argument::kNone, "", "Show all fields, long and unprintable ones too", nullptr,
       kGroup, Mention::kDaily},
      format_flag<&FormatOptions::show_all>}},
    {{{'f', "follow", Argument::kNone, "", "Show new entries as they come", nullptr, kGroup,
       Mention::kDaily},
      display_flag<&DisplayOptions::follow>}},
    {{{0, "no-tail", Argument::kNone, "", "Show all entries, even when following", nullptr, kGroup},
      display_flag<&DisplayOptions::no_tail>}},
    {{{0, "truncate-newline", Argument::kNone, "", "Show the first line of a message only", nullptr,
       kGroup},
      format_flag<&FormatOptions::truncate_newline>},
     Parity::kThere,
     254},
    {{{'q', "quiet", Argument::kNone, "", "Print entries only, no remarks", nullptr, kGroup},
      display_flag<&DisplayOptions::quiet>}},
    {{{0, "synchronize-on-exit", Argument::kRequired, "BOOL",
       "With -f, show what is under way before ending", nullptr, kGroup, Mention::kInAll,
       Names::kBoolean},
      &apply_synchronize_on_exit},
     Parity::kThere,
     258,
     "asks the collector that `--sync` would ask"},
    {{{0, "no-pager", Argument::kNone, "", "Do not pipe output into a pager", nullptr, kPagerGroup,
       Mention::kDaily},
      &apply_no_pager}},
    {{{'e', "pager-end", Argument::kNone, "", "Jump to the end in the pager", nullptr, kPagerGroup},
      &apply_pager_end}},
};

}  // namespace

std::span<const OptionRow> output_option_rows() {
  return kRows;
}

}  // namespace logq::cli
