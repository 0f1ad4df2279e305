#include "logq_run/options.h"

#include <charconv>
#include <optional>
#include <span>

#include "common/option_table.h"

namespace logq::cli {
namespace {

using Value = std::optional<std::string_view>;
using Rows = std::vector<Option<Options>>;

constexpr int kWaitMaxSeconds = 3600;

struct LongName {
  char text[16];  // a template parameter cannot be a literal itself
};

template <LongName kName>
Outcome<void> apply_stream(Options& options, Value value) {
  const auto complaint =
      apply_stream_option(kName.text, std::string(value.value_or("")), options.stream);
  if (complaint) return failure(*complaint);
  return {};
}

Outcome<void> apply_description(Options& options, Value value) {
  options.description = *value;
  return {};
}

// An option that is short for a key of a unit file.
template <LongName kKey>
Outcome<void> apply_key(Options& options, Value value) {
  options.settings.push_back(std::string(kKey.text) + "=" + std::string(*value));
  return {};
}

Outcome<void> apply_property(Options& options, Value value) {
  if (value->find('=') == std::string_view::npos)
    return failure("bad value of --property: '" + std::string(*value) + "' is not KEY=VALUE");
  options.settings.emplace_back(*value);
  return {};
}

Outcome<void> apply_environment_directory(Options& options, Value value) {
  options.environment_directory = *value;
  return {};
}

Outcome<void> apply_exec(Options& options, Value /*value*/) {
  options.exec_in_place = true;
  return {};
}

Outcome<void> apply_wait(Options& options, Value value) {
  int seconds = 0;
  const char* const last = value->data() + value->size();
  const auto [end, error] = std::from_chars(value->data(), last, seconds);
  const bool valid = error == std::errc() && end == last;
  if (!valid || seconds < 0 || seconds > kWaitMaxSeconds) {
    return failure("bad value of --wait: '" + std::string(*value) + "'");
  }
  options.wait = std::chrono::seconds(seconds);
  return {};
}

template <Options::Action kAction>
Outcome<void> apply_action(Options& options, Value /*value*/) {
  options.action = kAction;
  return {};
}

constexpr Option<Options> kStreamRows[] = {
    {{'u', "unit", Argument::kRequired, "UNIT", "The unit the output belongs to"},
     &apply_stream<LongName{"unit"}>},
    {{'t', "identifier", Argument::kRequired, "ID", "SYSLOG_IDENTIFIER of the lines"},
     &apply_stream<LongName{"identifier"}>},
    {{'p', "priority", Argument::kRequired, "LEVEL", "Level of lines without a prefix (info)"},
     &apply_stream<LongName{"priority"}>},
    {{0, "stderr-priority", Argument::kRequired, "LEVEL",
      "The same for standard error, then a stream of its own"},
     &apply_stream<LongName{"stderr-priority"}>},
    {{0, "level-prefix", Argument::kRequired, "BOOL",
      "Whether \"<N>\" at the start of a line is its level (yes)"},
     &apply_stream<LongName{"level-prefix"}>},
};

constexpr Option<Options> kRunRows[] = {
    {{0, "description", Argument::kRequired, "TEXT",
      "What the service is, for its start and stop entries"},
     &apply_description},
    {{0, "wait", Argument::kRequired, "SECONDS", "How long a collector may take to appear (0)"},
     &apply_wait},
    {{0, "exec", Argument::kNone, "", "Become the program instead of supervising it (same pid)"},
     &apply_exec},
    {{0, "restart", Argument::kRequired, "WHEN",
      "no, always, on-success, on-failure, on-abnormal, on-abort, on-watchdog (no)"},
     &apply_key<LongName{"Restart"}>},
    {{0, "user", Argument::kRequired, "USER", "Whom the program runs as"},
     &apply_key<LongName{"User"}>},
    {{0, "watchdog", Argument::kRequired, "TIME",
      "Restart or stop it when it says nothing for so long"},
     &apply_key<LongName{"WatchdogSec"}>},
    {{'e', "envdir", Argument::kRequired, "DIR", "Variables from the files of a directory"},
     &apply_environment_directory},
    {{0, "property", Argument::kRequired, "KEY=VALUE",
      "A setting as in the [Service] section of a unit file; may be repeated"},
     &apply_property},
    {{0, "check", Argument::kNone, "", "Say what is wrong with unit FILEs, and start nothing"},
     &apply_action<Options::Action::kCheck>},
};

constexpr Option<Options> kCommonRows[] = {
    {{'h', "help", Argument::kNone, "", "This text"}, &apply_action<Options::Action::kHelp>},
    {{0, "version", Argument::kNone, "", "The version"}, &apply_action<Options::Action::kVersion>},
};

Rows rows_of(Applet applet) {
  Rows rows(std::begin(kStreamRows), std::end(kStreamRows));
  if (applet == Applet::kRun) rows.insert(rows.end(), std::begin(kRunRows), std::end(kRunRows));
  rows.insert(rows.end(), std::begin(kCommonRows), std::end(kCommonRows));
  return rows;
}

std::string complaint_about_run(const Options& options) {
  if (names_unit_files(options)) {
    if (options.program.size() > 1) return "several services at once are not supported yet";
    return options.exec_in_place ? "--exec takes a program, not a unit file" : "";
  }
  if (options.stream.unit.empty()) return "option -u UNIT is required";
  if (options.program.empty()) return "no program given";
  const bool has_settings = !options.settings.empty() || !options.environment_directory.empty();
  return options.exec_in_place && has_settings ? "--exec starts the program as it is: no settings"
                                               : "";
}

}  // namespace

bool names_unit_files(const Options& options) {
  return options.stream.unit.empty() && !options.program.empty() &&
         options.program.front().ends_with(".service");
}

Options parse_options(Applet applet, int argc, char** argv) {
  Options options;
  const Rows rows = rows_of(applet);
  auto positional = apply_command_line(std::span<const Option<Options>>(rows), argc, argv, options,
                                       Order::kOptionsFirst);
  if (!positional) {
    options.complaint = positional.error().message;
    return options;
  }
  options.program = std::move(*positional);
  const bool works = options.action == Options::Action::kWork;
  if (works && applet == Applet::kRun) options.complaint = complaint_about_run(options);
  return options;
}

std::string help_text(Applet applet) {
  const Rows rows = rows_of(applet);
  const std::string described = describe_options(specs_of(std::span<const Option<Options>>(rows)));
  if (applet == Applet::kCat) {
    return "Usage: logq-cat [OPTIONS]            < PIPE\n"
           "       logq-cat [OPTIONS] PROGRAM [ARGUMENTS]\n\n"
           "Sends standard input, or a program's output, to the journal.\n\n" +
           described;
  }
  return "Usage: logq-run -u UNIT [OPTIONS] [--] PROGRAM [ARGUMENTS]\n"
         "       logq-run --check FILE...\n\n"
         "Runs a program as a service: its output goes to the journal, its start and end are\n"
         "logged, signals are passed to it, and its exit status is passed on.\n\n" +
         described +
         "\nExit status: the program's, 128+N when signal N ended it, 127 when it was not found,\n"
         "126 when it could not be executed, 125 when logq-run itself failed.\n";
}

}  // namespace logq::cli
