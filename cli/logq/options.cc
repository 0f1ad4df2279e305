#include "logq/options.h"

#include <glob.h>

#include <charconv>

#include "common/option_table.h"
#include "query/field_terms.h"

namespace logq::cli {
namespace {

using Value = std::optional<std::string_view>;

constexpr std::uint64_t kDefaultLines = 10;

// A number of lines, or nothing for "all".
std::optional<std::optional<std::uint64_t>> parse_lines(std::string_view text) {
  if (text == "all") return std::optional<std::uint64_t>{};
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  const bool valid = result.ec == std::errc{} && result.ptr == end && number <= INT32_MAX;
  if (!valid) return std::nullopt;
  return std::optional<std::uint64_t>(number);
}

bool is_line_count(std::string_view word) {
  return parse_lines(word).has_value();
}

Outcome<void> apply_lines(Options& options, Value value) {
  options.lines_given = true;
  options.lines = kDefaultLines;
  if (!value) return {};
  const auto lines = parse_lines(*value);
  if (!lines) return failure("not a number of lines: " + std::string(*value));
  options.lines = *lines;
  return {};
}

Outcome<void> apply_unit(Options& options, Value value) {
  options.filter.units.emplace_back(*value);
  return {};
}

Outcome<void> apply_identifier(Options& options, Value value) {
  options.filter.identifiers.emplace_back(*value);
  return {};
}

Outcome<void> apply_priority(Options& options, Value value) {
  const Result<query::PriorityRange> range = query::parse_priority_range(*value);
  if (!range) return failure(describe("-p " + std::string(*value), range.error()));
  options.filter.priorities = *range;
  return {};
}

Outcome<void> apply_output(Options& options, Value value) {
  const std::optional<query::OutputMode> mode = query::parse_output_mode(*value);
  if (!mode) return failure("unknown output format: " + std::string(*value));
  options.mode = *mode;
  if (query::is_machine_readable(*mode)) options.quiet = true;
  return {};
}

Outcome<void> apply_directory(Options& options, Value value) {
  options.directory = *value;
  return {};
}

// A pattern that no file matches stays as a name, so that the file is reported as missing.
Outcome<void> apply_file(Options& options, Value value) {
  ::glob_t found{};
  if (::glob(std::string(*value).c_str(), GLOB_NOCHECK, nullptr, &found) != 0) {
    return failure(std::string(*value) + ": cannot be expanded");
  }
  for (std::size_t i = 0; i < found.gl_pathc; ++i)
    options.files.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  return {};
}

Outcome<void> apply_runtime_dir(Options& options, Value value) {
  options.runtime_dir = *value;
  return {};
}

template <bool Options::*kFlag>
Outcome<void> apply_flag(Options& options, Value /*value*/) {
  options.*kFlag = true;
  return {};
}

template <bool query::FormatOptions::*kFlag>
Outcome<void> apply_format_flag(Options& options, Value /*value*/) {
  options.format.*kFlag = true;
  return {};
}

template <Options::Command kCommand>
Outcome<void> apply_command(Options& options, Value /*value*/) {
  options.command = kCommand;
  return {};
}

Outcome<void> accept(Options& /*options*/, Value /*value*/) {
  return {};
}

using Command = Options::Command;
using query::FormatOptions;

constexpr Option<Options> kOptions[] = {
    {{'D', "directory", Argument::kRequired, "PATH", "Show the journal files of a directory"},
     &apply_directory},
    {{'i', "file", Argument::kRequired, "GLOB", "Show these journal files"}, &apply_file},
    {{'u', "unit", Argument::kRequired, "UNIT", "Show entries of a unit (a name or a glob)"},
     &apply_unit},
    {{'t', "identifier", Argument::kRequired, "STRING", "Show entries with a syslog identifier"},
     &apply_identifier},
    {{'p', "priority", Argument::kRequired, "RANGE", "Show entries within a range of priorities"},
     &apply_priority},
    {{'o', "output", Argument::kRequired, "FORMAT", "Print as short, cat, json or export"},
     &apply_output},
    {{'n', "lines", Argument::kOptional, "INTEGER", "Show the newest entries only (10)",
      &is_line_count},
     &apply_lines},
    {{'r', "reverse", Argument::kNone, "", "Show the newest entries first"},
     &apply_flag<&Options::reverse>},
    {{'f', "follow", Argument::kNone, "", "Show new entries as they come"},
     &apply_flag<&Options::follow>},
    {{0, "no-tail", Argument::kNone, "", "Show all entries, even when following"},
     &apply_flag<&Options::no_tail>},
    {{0, "show-cursor", Argument::kNone, "", "Print the cursor after all the entries"},
     &apply_flag<&Options::show_cursor>},
    {{'a', "all", Argument::kNone, "", "Show all fields, long and unprintable ones too"},
     &apply_format_flag<&FormatOptions::show_all>},
    {{0, "utc", Argument::kNone, "", "Print times in UTC"},
     &apply_format_flag<&FormatOptions::utc>},
    {{0, "no-hostname", Argument::kNone, "", "Leave out the host name"},
     &apply_format_flag<&FormatOptions::no_hostname>},
    {{'q', "quiet", Argument::kNone, "", "Print entries only, no remarks"},
     &apply_flag<&Options::quiet>},
    {{0, "no-pager", Argument::kNone, "", "Accepted for compatibility: there is no pager"},
     &accept},
    {{'l', "full", Argument::kNone, "", "Accepted for compatibility: fields are shown in full"},
     &accept},
    {{0, "runtime-dir", Argument::kRequired, "PATH", "The logqd that --sync and --rotate address"},
     &apply_runtime_dir},
    {{0, "sync", Argument::kNone, "", "Make logqd write everything to disk"},
     &apply_command<Command::kSync>},
    {{0, "rotate", Argument::kNone, "", "Make logqd begin a new journal file"},
     &apply_command<Command::kRotate>},
    {{'h', "help", Argument::kNone, "", "Show this help"}, &apply_command<Command::kHelp>},
    {{0, "version", Argument::kNone, "", "Show the version"}, &apply_command<Command::kVersion>},
};

Outcome<void> check(const Options& options) {
  if (!options.directory.empty() && !options.files.empty()) {
    return failure("please specify at most one of -D/--directory= and --file=");
  }
  if (options.follow && options.reverse) {
    return failure("please specify either --reverse or --follow, not both");
  }
  const auto terms = query::parse_field_terms(options.filter.terms);
  if (!terms) return failure(describe(options.filter.terms[terms.error().offset], terms.error()));
  return {};
}

}  // namespace

Outcome<Options> parse_options(int argc, char** argv) {
  Options options;
  Outcome<std::vector<std::string>> positional = apply_command_line(kOptions, argc, argv, options);
  if (!positional) return tl::unexpected<Failure>(positional.error());
  options.filter.terms = std::move(*positional);
  const bool is_query = options.command == Command::kShow;
  if (const Outcome<void> checked = check(options); is_query && !checked) {
    return tl::unexpected<Failure>(checked.error());
  }
  const bool tail = options.follow && !options.no_tail && !options.lines_given;
  if (tail) options.lines = kDefaultLines;
  return options;
}

std::string help_text() {
  return "logq [OPTIONS...] [FIELD=VALUE...] [+ FIELD=VALUE...]\n\n"
         "Reads systemd journal files.\n\n" +
         describe_options(specs_of(kOptions));
}

}  // namespace logq::cli
