// logq, the reader: journalctl's command line over our own journal library.
#include <cstdio>

#include "common/run.h"
#include "common/sigbus_guard.h"
#include "logq/control.h"
#include "logq/options.h"
#include "logq/show.h"
#include "logq/sources.h"

namespace logq::cli {
namespace {

void print_output_modes() {
  for (const std::string_view name : query::output_mode_names())
    std::printf("%.*s\n", static_cast<int>(name.size()), name.data());
}

Outcome<ExitStatus> show_journal(const Options& options) {
  install_sigbus_guard();
  Outcome<Source> source = open_source(options);
  if (!source) return tl::unexpected<Failure>(source.error());
  return show(options, *source);
}

Outcome<ExitStatus> logq_main(int argc, char** argv) {
  const Outcome<Options> options = parse_options(argc, argv);
  if (!options) return tl::unexpected<Failure>(options.error());
  switch (options->command) {
    case Command::kHelp:
      std::fputs(help_text().c_str(), stdout);
      return ExitStatus::kOk;
    case Command::kVersion:
      std::puts("logq " LOGQ_VERSION);
      return ExitStatus::kOk;
    case Command::kSync:
    case Command::kRotate:
      return control_collector(*options);
    case Command::kOutputHelp:
      print_output_modes();
      return ExitStatus::kOk;
    case Command::kShow:
      break;
    default:
      return failure("not supported yet");
  }
  return show_journal(*options);
}

}  // namespace
}  // namespace logq::cli

int main(int argc, char** argv) {
  return logq::cli::run("logq", &logq::cli::logq_main, argc, argv);
}
