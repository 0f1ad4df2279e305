#include "logq/list_commands.h"

#include <algorithm>
#include <limits>

#include "common/run.h"
#include "journal/boot_list.h"
#include "logq/run_table.h"
#include "logq/search/wanted_match.h"
#include "logq/source/default_directories.h"
#include "query/invocation.h"
#include "wire/field_name.h"
#include "wire/json.h"
#include "wire/utf8.h"

namespace logq::cli {
namespace {

constexpr RunTableNames kBootNames = {"BOOT ID", "boot_id"};
constexpr RunTableNames kInvocationNames = {"INVOCATION ID", "invocation_id"};

// Whatever ends the output early is found again by the flush at the end.
bool keep_writing(OutputBuffer& output) {
  return output.flush_if_full().has_value();
}

// A name or a value on a line of its own; only a terminal minds what is in it.
void add_line(const Options& options, std::string_view text, OutputBuffer& output) {
  const query::FormatOptions& format = options.display.format;
  const std::size_t begin = output.text().size();
  output.text().append(text);
  if (format.for_terminal && !format.show_all) wire::hide_controls(output.text(), begin, '?');
  output.text().push_back('\n');
}

ExitStatus status_of(const Source& source) {
  return source.is_failure() ? ExitStatus::kFailure : ExitStatus::kOk;
}

}  // namespace

Outcome<ExitStatus> list_boots(const Options& options, Source& source, OutputBuffer& output) {
  std::vector<Run> runs;
  for (const journal::BootSpan& boot : journal::list_boots(*source.journal))
    runs.push_back({boot.boot_id, boot.first_realtime_usec, boot.last_realtime_usec});
  output.text() += format_runs(runs, kBootNames, options.display);
  return status_of(source);
}

Outcome<ExitStatus> list_invocations(const Options& options, Source& source, OutputBuffer& output) {
  if (options.filter.units.size() + options.filter.user_units.size() != 1) {
    return failure("--list-invocations needs one --unit= or --user-unit=");
  }
  const auto match = wanted_match(options, *source.journal);
  if (!match) return tl::unexpected<Failure>(match.error());
  std::vector<Run> runs;
  for (const query::InvocationSpan& run : query::list_invocations(*source.journal, *match))
    runs.push_back({run.id, run.first_realtime_usec, run.last_realtime_usec});
  output.text() += format_runs(runs, kInvocationNames, options.display);
  return status_of(source);
}

Outcome<ExitStatus> list_field_names(const Options& options, Source& source, OutputBuffer& output) {
  source.journal->for_each_field([&](std::string_view name) {
    add_line(options, name, output);
    return keep_writing(output);
  });
  return status_of(source);
}

Outcome<ExitStatus> list_field_values(const Options& options,
                                      Source& source,
                                      OutputBuffer& output) {
  const bool is_address = options.field.starts_with("__");  // __CURSOR and its like are not stored
  if (is_address || !wire::is_valid_field_name(options.field, wire::FieldOrigin::kCollector)) {
    return failure("not the name of a field: '" + options.field + "'");
  }
  const std::size_t name_length = options.field.size() + 1;
  std::uint64_t left = options.display.lines.value_or(std::numeric_limits<std::uint64_t>::max());
  source.journal->for_each_unique_value(options.field, [&](std::string_view payload) {
    if (left == 0) return false;
    --left;
    const std::string_view value = payload.substr(std::min(name_length, payload.size()));
    add_line(options, value.substr(0, value.find('\0')), output);
    return keep_writing(output);
  });
  return status_of(source);
}

Outcome<ExitStatus> list_namespaces(const Options& options, OutputBuffer& output) {
  const std::vector<std::string> names = stored_namespaces();
  const bool as_json = options.display.mode == query::OutputMode::kJson;
  if (as_json) {
    output.text() += "[";
    for (const std::string& name : names) {
      output.text() += &name == &names.front() ? "{\"namespace\":" : ",{\"namespace\":";
      wire::encode_json_value(name, output.text());
      output.text() += "}";
    }
    output.text() += "]\n";
    return ExitStatus::kOk;
  }
  if (names.empty() && !options.display.quiet) print_error_line("no journal namespaces were found");
  if (!names.empty() && !options.display.quiet) output.text() += "NAMESPACE\n";
  for (const std::string& name : names)
    add_line(options, name, output);
  return ExitStatus::kOk;
}

}  // namespace logq::cli
