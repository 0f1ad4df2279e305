#include "logq_run/options.h"

#include <algorithm>
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

template <LongName kName>
Outcome<void> apply_cat(Options& options, Value value) {
  const auto complaint = apply_cat_option(kName.text, value.value_or(""), options.cat);
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

// One of softlimit's options, as it takes them: "-o1024" or, without the dash, "o1024".
Outcome<void> apply_soft_limit(Options& options, Value value) {
  std::string_view text = *value;
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto limits = text.empty() ? std::vector<supervise::ResourceLimit>()
                                   : supervise::parse_soft_limit(text.front(), text.substr(1));
  if (limits.empty()) return failure("bad value of --softlimit: '" + std::string(*value) + "'");
  options.soft_limits.insert(options.soft_limits.end(), limits.begin(), limits.end());
  return {};
}

Outcome<void> apply_listen(Options& options, Value value) {
  options.listen.emplace_back(*value);
  return {};
}

Outcome<void> apply_accept(Options& options, Value /*value*/) {
  options.accepts = true;
  return {};
}

Outcome<void> apply_lazy(Options& options, Value /*value*/) {
  options.is_lazy = true;
  return {};
}

Outcome<void> apply_ready_fd(Options& options, Value value) {
  constexpr int kFirst = 3;  // below are the standard ones
  int number = 0;
  const char* const last = value->data() + value->size();
  const auto [end, error] = std::from_chars(value->data(), last, number);
  if (error != std::errc() || end != last || number < kFirst)
    return failure("bad value of --ready-fd: '" + std::string(*value) + "'");
  options.ready_descriptor = number;
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
    {{0, "listen", Argument::kRequired, "[NAME=][KIND:]ADDRESS",
      "A socket that it is handed (LISTEN_FDS): PORT, IP:PORT, /PATH, @NAME; KIND is dgram, "
      "seqpacket, fifo; may be repeated"},
     &apply_listen},
    {{0, "accept", Argument::kNone, "", "Start one for each connection, which it is handed"},
     &apply_accept},
    {{0, "lazy", Argument::kNone, "", "Start it when something comes in, again and again"},
     &apply_lazy},
    {{0, "ready-fd", Argument::kRequired, "N",
      "It says that it is ready by a newline at descriptor N, as to s6"},
     &apply_ready_fd},
    {{'e', "envdir", Argument::kRequired, "DIR", "Variables from the files of a directory"},
     &apply_environment_directory},
    {{0, "softlimit", Argument::kRequired, "LETTERNUMBER",
      "A limit as by softlimit(8): o1024 for its -o 1024, o= for the hard one; may be repeated"},
     &apply_soft_limit},
    {{0, "property", Argument::kRequired, "KEY=VALUE",
      "A setting as in the [Service] section of a unit file; may be repeated"},
     &apply_property},
    {{0, "check", Argument::kNone, "", "Say what is wrong with unit FILEs, and start nothing"},
     &apply_action<Options::Action::kCheck>},
};

constexpr Option<Options> kCatRows[] = {
    {{'D', "directory", Argument::kRequired, "DIR",
      "Store the lines in journal files in DIR, without a collector"},
     &apply_cat<LongName{"directory"}>},
    {{0, "overflow", Argument::kRequired, "WHAT",
      "While a collector takes nothing: pass, block, drop, spool:SIZE"},
     &apply_cat<LongName{"overflow"}>},
    {{0, "spool-file", Argument::kRequired, "FILE", "Where spooled lines wait (./logq-cat.spool)"},
     &apply_cat<LongName{"spool-file"}>},
    {{0, "line-max", Argument::kRequired, "SIZE",
      "With -D: where longer lines are cut (48K), 0: nowhere"},
     &apply_cat<LongName{"line-max"}>},
    {{0, "binary", Argument::kNone, "", "With -D: NUL is part of a line and does not end it"},
     &apply_cat<LongName{"binary"}>},
};

constexpr Option<Options> kCommonRows[] = {
    {{'h', "help", Argument::kNone, "", "This text"}, &apply_action<Options::Action::kHelp>},
    {{0, "version", Argument::kNone, "", "The version"}, &apply_action<Options::Action::kVersion>},
};

Rows rows_of(Applet applet) {
  Rows rows(std::begin(kStreamRows), std::end(kStreamRows));
  if (applet == Applet::kRun) rows.insert(rows.end(), std::begin(kRunRows), std::end(kRunRows));
  if (applet == Applet::kCat) rows.insert(rows.end(), std::begin(kCatRows), std::end(kCatRows));
  rows.insert(rows.end(), std::begin(kCommonRows), std::end(kCommonRows));
  return rows;
}

bool is_socket_file(const std::string& file) {
  return file.ends_with(".socket");
}

bool is_tree_file(const std::string& file) {
  return file.ends_with(".tree");
}

std::string complaint_about_files(const Options& options) {
  if (options.accepts) return "--accept is for a program; a .socket says Accept=yes itself";
  if (options.exec_in_place) return "--exec takes a program, not a unit file";
  if (is_tree_file(options.program.front())) {
    if (options.program.size() > 1) return "a .tree names its services itself";
    const bool is_of_service =
        !options.listen.empty() || options.is_lazy || options.ready_descriptor;
    return is_of_service ? "--listen, --lazy and --ready-fd are for a service" : "";
  }
  const auto services = std::ranges::count_if(
      options.program, [](const std::string& file) { return file.ends_with(".service"); });
  if (services > 1) return "several services are run as a NAME.tree";
  const bool is_all_known = std::ranges::all_of(options.program, [](const std::string& file) {
    return file.ends_with(".service") || is_socket_file(file);
  });
  if (!is_all_known) return "unit files are called NAME.service or NAME.socket";
  return services == 0 && !options.listen.empty() ? "--listen is for a program or a .service" : "";
}

std::string complaint_about_run(const Options& options) {
  if (names_unit_files(options)) return complaint_about_files(options);
  if (options.stream.unit.empty()) return "option -u UNIT is required";
  if (options.program.empty()) return "no program given";
  if (options.is_lazy && options.listen.empty()) return "--lazy is for a program with --listen";
  if (options.accepts && options.listen.empty()) return "--accept is for a program with --listen";
  const bool has_settings = !options.settings.empty() || !options.environment_directory.empty() ||
                            !options.soft_limits.empty() || !options.listen.empty() ||
                            options.ready_descriptor;
  return options.exec_in_place && has_settings ? "--exec starts the program as it is: no settings"
                                               : "";
}

// What stands behind the options of logq-cat: nothing, a program or a script.
void apply_words(std::vector<std::string> words, bool after_dashes, Options& options) {
  if (!is_script(options.cat, words, after_dashes)) {
    options.program = std::move(words);
    return;
  }
  const auto complaint = apply_script(words, options.cat);
  options.is_bad_script = complaint.has_value();
  options.complaint = complaint.value_or("");
}

}  // namespace

bool names_unit_files(const Options& options) {
  if (!options.stream.unit.empty() || options.program.empty()) return false;
  const std::string& first = options.program.front();
  return first.ends_with(".service") || is_socket_file(first) || is_tree_file(first);
}

Options parse_options(Applet applet, int argc, char** argv) {
  Options options;
  const Rows rows = rows_of(applet);
  const auto line = scan_command_line(specs_of(std::span<const Option<Options>>(rows)), argc, argv,
                                      Order::kOptionsFirst);
  if (!line) {
    options.complaint = line.error().message;
    return options;
  }
  for (const ParsedOption& parsed : line->options) {
    const Outcome<void> applied = rows[parsed.index].apply(options, parsed.value);
    if (applied) continue;
    options.complaint = applied.error().message;
    return options;
  }
  if (applet == Applet::kRun) options.program = line->positional;
  if (options.action != Options::Action::kWork) return options;
  if (applet == Applet::kRun) {
    options.complaint = complaint_about_run(options);
  } else if (auto complaint = complaint_about_cat(options.cat)) {
    options.complaint = *complaint;
  } else {
    apply_words(line->positional, line->after_dashes, options);
  }
  return options;
}

std::string help_text(Applet applet) {
  const Rows rows = rows_of(applet);
  const std::string described = describe_options(specs_of(std::span<const Option<Options>>(rows)));
  if (applet == Applet::kCat) {
    return "Usage: logq-cat [OPTIONS] [SCRIPT]         < PIPE\n"
           "       logq-cat [OPTIONS] [--] PROGRAM [ARGUMENTS]\n\n"
           "Sends standard input, or a program's output, to the journal.\n\n" +
           described +
           "\nA script is one of multilog's, and begins with +PATTERN, =FILE, t, e, sN, nN or\n"
           "!COMMAND; with -D every word is an action of it, without -D a program may stand\n"
           "behind \"--\" whatever its name. Actions, for each line in order:\n"
           "  -PATTERN +PATTERN          Unselect, select what matches\n"
           "  e                          Show a selected line on standard error\n"
           "  =FILE                      Keep the last selected line in FILE\n"
           "  t                          Let patterns see multilog's time stamp (first action)\n"
           "  sSIZE nFILES SSIZE         With -D: of a file, how many, of all (16M, 10, no limit)\n"
           "  DIR !COMMAND               Accepted for multilog's sake\n"
           "\nSignals: TERM ends it after the line (at most 2 s), ALRM has the journal files\n"
           "rotated, HUP connects anew.\n"
           "\nExit status: 0, the program's, 1 when lines could go nowhere, 2 for bad options, "
           "100\n"
           "for a bad script, 111 when a directory or file cannot be had.\n";
  }
  return "Usage: logq-run -u UNIT [OPTIONS] [--] PROGRAM [ARGUMENTS]\n"
         "       logq-run [OPTIONS] NAME.service [NAME.socket...]\n"
         "       logq-run [OPTIONS] NAME.tree\n"
         "       logq-run --check FILE...\n\n"
         "Runs a program as a service: its output goes to the journal, its start and end are\n"
         "logged, signals are passed to it, and its exit status is passed on.\n\n" +
         described +
         "\nExit status: the program's, 128+N when signal N ended it, 127 when it was not found,\n"
         "126 when it could not be executed, 125 when logq-run itself failed.\n";
}

}  // namespace logq::cli
