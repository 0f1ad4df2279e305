#include "logq_run/options.h"

#include <getopt.h>

#include <array>
#include <charconv>

namespace logq::cli {
namespace {

constexpr int kDescription = 256;
constexpr int kExec = 257;
constexpr int kLevelPrefix = 258;
constexpr int kStderrPriority = 259;
constexpr int kVersion = 260;
constexpr int kWait = 261;

constexpr int kWaitMaxSeconds = 3600;

constexpr std::array<option, 11> kLongOptions{{
    {"unit", required_argument, nullptr, 'u'},
    {"identifier", required_argument, nullptr, 't'},
    {"priority", required_argument, nullptr, 'p'},
    {"stderr-priority", required_argument, nullptr, kStderrPriority},
    {"level-prefix", required_argument, nullptr, kLevelPrefix},
    {"description", required_argument, nullptr, kDescription},
    {"exec", no_argument, nullptr, kExec},
    {"wait", required_argument, nullptr, kWait},
    {"help", no_argument, nullptr, 'h'},
    {"version", no_argument, nullptr, kVersion},
    {nullptr, 0, nullptr, 0},
}};

constexpr const char* kStreamHelp =
    "  -u, --unit=UNIT            the unit the output belongs to\n"
    "  -t, --identifier=ID        SYSLOG_IDENTIFIER of the lines\n"
    "  -p, --priority=LEVEL       level of lines without a prefix (info)\n"
    "      --stderr-priority=LEVEL  the same for standard error, then a stream of its own\n"
    "      --level-prefix=BOOL    whether \"<N>\" at the start of a line is its level (yes)\n";

constexpr const char* kCommonHelp =
    "  -h, --help                 this text\n"
    "      --version              the version\n";

std::string_view long_name(int code) {
  for (const option& entry : kLongOptions) {
    if (entry.name != nullptr && entry.val == code) return entry.name;
  }
  return "";
}

std::string unknown_option(char** argv) {
  if (optopt != 0 && optopt < kDescription) {
    const bool known = !long_name(optopt).empty();
    return std::string("option -") + static_cast<char>(optopt) +
           (known ? " needs a value" : " is unknown");
  }
  const std::string word = argv[optind - 1];
  return "option " + word + (optopt != 0 ? " is used wrongly" : " is unknown");
}

bool parse_wait(std::string_view text, std::chrono::seconds& wait) {
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  if (seconds < 0 || seconds > kWaitMaxSeconds) return false;
  wait = std::chrono::seconds(seconds);
  return true;
}

// False when the command line is decided: help, version or a complaint.
bool apply(int code, char** argv, Options& options) {
  switch (code) {
    case 'h':
      options.action = Options::Action::kHelp;
      return false;
    case kVersion:
      options.action = Options::Action::kVersion;
      return false;
    case kExec:
      options.exec_in_place = true;
      return true;
    case kWait:
      if (parse_wait(optarg, options.wait)) return true;
      options.complaint = "bad value of --wait: '" + std::string(optarg) + "'";
      return false;
    case kDescription:
      options.description = optarg;
      return true;
    case '?':
    case ':':
      options.complaint = unknown_option(argv);
      return false;
    default:
      break;
  }
  if (auto complaint = apply_stream_option(long_name(code), optarg, options.stream)) {
    options.complaint = *complaint;
  }
  return options.complaint.empty();
}

void check_run(Options& options) {
  if (options.stream.unit.empty()) {
    options.complaint = "option -u UNIT is required";
  } else if (options.program.empty()) {
    options.complaint = "no program given";
  }
}

}  // namespace

Options parse_options(Applet applet, int argc, char** argv) {
  Options options;
  optind = 0;  // makes getopt begin anew
  opterr = 0;
  int code = 0;
  while ((code = ::getopt_long(argc, argv, "+:u:t:p:h", kLongOptions.data(), nullptr)) != -1) {
    if (!apply(code, argv, options)) return options;
  }
  options.program.assign(argv + optind, argv + argc);
  if (applet == Applet::kRun) check_run(options);
  if (applet == Applet::kCat &&
      (options.exec_in_place || !options.description.empty() || options.wait.count() != 0)) {
    options.complaint = "--exec, --description and --wait are options of logq-run";
  }
  return options;
}

std::string help_text(Applet applet) {
  if (applet == Applet::kCat) {
    return std::string(
               "Usage: logq-cat [OPTIONS]            < PIPE\n"
               "       logq-cat [OPTIONS] PROGRAM [ARGUMENTS]\n\n"
               "Sends standard input, or a program's output, to the journal.\n\n") +
           kStreamHelp + kCommonHelp;
  }
  return std::string(
             "Usage: logq-run -u UNIT [OPTIONS] [--] PROGRAM [ARGUMENTS]\n\n"
             "Runs a program as a service: its output goes to the journal, its start and "
             "end are\nlogged, signals are passed to it, and its exit status is passed "
             "on.\n\n") +
         kStreamHelp +
         "      --description=TEXT     what the service is, for its start and stop entries\n"
         "      --wait=SECONDS         how long a collector may take to appear (0)\n"
         "      --exec                 become the program instead of supervising it (same pid)\n" +
         kCommonHelp +
         "\nExit status: the program's, 128+N when signal N ended it, 127 when it was not found,\n"
         "126 when it could not be executed, 125 when logq-run itself failed.\n";
}

}  // namespace logq::cli
