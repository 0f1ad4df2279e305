// logq, the reader: journalctl's command line over our own journal library.
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "base/descriptor_limit.h"
#include "base/sigbus_guard.h"
#include "common/run.h"
#include "logq/catalog_commands.h"
#include "logq/collector/collector_status.h"
#include "logq/collector/control.h"
#include "logq/count/aggregate.h"
#include "logq/list_commands.h"
#include "logq/match_completion.h"
#include "logq/new_id.h"
#include "logq/options/options.h"
#include "logq/progress_line.h"
#include "logq/show/pager.h"
#include "logq/show/show.h"
#include "logq/show/terminal.h"
#include "logq/source/damage_report.h"
#include "logq/source/sources.h"
#include "logq/upkeep_commands.h"
#include "query/facility.h"

namespace logq::cli {
namespace {

// What is over sooner needs no progress.
constexpr std::chrono::seconds kPatience{1};

std::string output_modes() {
  std::string text;
  for (const std::string_view name : query::output_mode_names())
    text += std::string(name) + "\n";
  return text;
}

// Commands that read entries or their index.
Outcome<ExitStatus> read_journal(const Options& options,
                                 OutputBuffer& output,
                                 ProgressLine& progress) {
  Outcome<Source> source = open_source(options);
  if (!source) return tl::unexpected<Failure>(source.error());
  const bool is_empty = !source->journal->has_files() && source->damage->empty();
  if (is_empty && !options.display.quiet) print_error_line("no journal files were found");
  switch (options.command) {
    case Command::kFieldNames:
      return list_field_names(options, *source, output);
    case Command::kFieldValues:
      return list_field_values(options, *source, output);
    case Command::kCompleteMatch:
      return complete_match(options, *source, output);
    case Command::kListBoots:
      return list_boots(options, *source, output);
    case Command::kListInvocations:
      return list_invocations(options, *source, output);
    case Command::kDiskUsage:
      return show_disk_usage(*source, output);
    default:
      if (options.aggregate.kind != AggregateOptions::Kind::kNone && !options.where.explain)
        return aggregate(options, *source, output, progress);
      return show(options, *source, output, progress);
  }
}

Outcome<ExitStatus> have_done(const Options& options, Deed deed) {
  const Outcome<void> done = control_collector(options, deed);
  if (!done) return tl::unexpected<Failure>(done.error());
  return ExitStatus::kOk;
}

Outcome<ExitStatus> have_relinquished(const Options& options) {
  const bool smart = options.command == Command::kSmartRelinquishVar;
  const Outcome<void> done = relinquish_var(options, smart);
  if (!done) return tl::unexpected<Failure>(done.error());
  return ExitStatus::kOk;
}

Outcome<ExitStatus> rotate_and_vacuum(const Options& options) {
  if (options.rotate_first) {
    const auto rotated = have_done(options, Deed::kRotate);
    if (!rotated) return rotated;
  }
  return vacuum(options);
}

Outcome<ExitStatus> print_text(std::string text, OutputBuffer& output) {
  output.text() += text;
  return ExitStatus::kOk;
}

Outcome<ExitStatus> carry_out(const Options& options,
                              OutputBuffer& output,
                              ProgressLine& progress) {
  switch (options.command) {
    case Command::kHelp:
      return print_text(help_text(), output);
    case Command::kHelpAll:
      return print_text(full_help_text(), output);
    case Command::kVersion:
      return print_text("logq " LOGQ_VERSION "\n", output);
    case Command::kOutputHelp:
      return print_text(output_modes(), output);
    case Command::kFacilityHelp:
      return print_text(query::facility_help(), output);
    case Command::kNewId:
      return print_text(describe_new_id(Id128::random(), Colours(options.display.format.colours)),
                        output);
    case Command::kSync:
      return have_done(options, Deed::kSync);
    case Command::kRotate:
      return have_done(options, Deed::kRotate);
    case Command::kFlush:
      return have_done(options, Deed::kFlush);
    case Command::kRelinquishVar:
    case Command::kSmartRelinquishVar:
      return have_relinquished(options);
    case Command::kCollectorStatus:
      return show_collector_status(options, output);
    case Command::kVacuum:
      return rotate_and_vacuum(options);
    case Command::kVerify:
      return verify_files(options);
    case Command::kHeader:
      return show_headers(options, output);
    case Command::kListCatalog:
    case Command::kDumpCatalog:
      return list_catalog(options, output);
    case Command::kUpdateCatalog:
      return update_catalog(options);
    case Command::kListNamespaces:
      return list_namespaces(options, output);
    default:
      return read_journal(options, output, progress);
  }
}

// A short failure at the edge of the program: who read our output has left, or it cannot be
// written.
Outcome<ExitStatus> flush_last(OutputBuffer& output, Outcome<ExitStatus> status) {
  const auto flushed = output.flush();
  if (flushed || !status) return status;
  return failure(flushed.error().sys_errno == EPIPE ? "" : flushed.error().message());
}

// What is missing of a file that shrank meanwhile, or whose disk fails, was read as zeros, whatever
// came of it.
Outcome<ExitStatus> judge_reading(Outcome<ExitStatus> status) {
  if (!status || base::missing_pages() == 0) return status;
  return failure(missing_page_line());
}

void suit_terminal(const Terminal& terminal, query::FormatOptions& format) {
  format.for_terminal = terminal.is_terminal;
  format.colours = terminal.colours;
  format.colour_depth = terminal.colour_depth;
  format.hyperlinks = terminal.hyperlinks;
  format.columns = terminal.columns;
  format.unicode = locale_is_utf8();
}

Outcome<ExitStatus> logq_main(int argc, char** argv) {
  Outcome<Options> options = parse_options(argc, argv);
  if (!options) return tl::unexpected<Failure>(options.error());
  base::install_sigbus_guard();
  base::raise_descriptor_limit();  // archives are looked into through theirs, while there are
                                   // enough
  const Terminal terminal = look_at_terminal();
  suit_terminal(terminal, options->display.format);
  open_catalog(*options);

  const bool is_text = options->command == Command::kHelp || options->command == Command::kVersion;
  if (const auto found = is_text ? Outcome<void>{} : find_source(options->source); !found) {
    return tl::unexpected<Failure>(found.error());
  }

  Pager pager;
  const DisplayOptions& display = options->display;
  ProgressLine progress("reading", kPatience);
  OutputBuffer output(STDOUT_FILENO, [&] {
    // What is found is on the same screen.
    if (terminal.is_terminal) progress.end();
    if (display.pager && !display.follow) pager.open(terminal, display.pager_end);
  });
  Outcome<ExitStatus> status =
      flush_last(output, judge_reading(carry_out(*options, output, progress)));
  progress.end();
  const bool left_early = pager.is_open() && !status && status.error().message.empty();
  pager.finish();
  return left_early ? ExitStatus::kOk : status;
}

}  // namespace
}  // namespace logq::cli

int main(int argc, char** argv) {
  return logq::cli::run("logq", &logq::cli::logq_main, argc, argv);
}
