// logqd, the collector: command line, configuration, then Collector does the work.
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include <systemd/sd-daemon.h>

#include "base/sigbus_guard.h"
#include "collect/collector.h"
#include "collect/config_files.h"
#include "common/run.h"
#include "logqd/operator_line.h"
#include "logqd/options.h"

namespace logq::cli {
namespace {

// The files that --help names. Only one that was asked for by name must be readable.
Outcome<void> read_configuration(LogqdOptions& options) {
  std::vector<std::string> files;
  if (!options.config_path.empty()) {
    files = collect::config_files_of(options.config_path);
  } else if (options.collector.runtime_dir.empty()) {
    files = collect::system_config_files(options.collector.log_namespace);
  }
  std::vector<std::string> warnings;
  for (const std::string& file : files) {
    const auto read = collect::read_configuration(file, options.collector, warnings);
    if (read.has_value()) continue;
    if (file == options.config_path) return failure(describe(file, read.error()));
    warnings.push_back(describe(file, read.error()));
  }
  for (const std::string& warning : warnings)
    tell_operator(warning);
  return {};
}

// What goes wrong from here on the collector has told by itself, with the paths it knows.
Outcome<ExitStatus> collect_messages(LogqdOptions options) {
  const LogqdOptions as_given = options;
  if (const auto read = read_configuration(options); !read) {
    return tl::unexpected<Failure>(read.error());
  }
  collect::apply_default_directories(options.collector, ::sd_booted() > 0);
  base::install_sigbus_guard();
  collect::Collector collector(options.collector, &tell_operator);
  collector.reread_with([as_given]() -> std::optional<collect::CollectorOptions> {
    LogqdOptions again = as_given;
    if (const auto read = read_configuration(again); !read) {
      tell_operator(read.error().message + "; the configuration stays as it is");
      return std::nullopt;
    }
    collect::apply_default_directories(again.collector, ::sd_booted() > 0);
    return again.collector;
  });
  if (!collector.start()) return ExitStatus::kFailure;
  return collector.run() ? ExitStatus::kOk : ExitStatus::kFailure;
}

Outcome<ExitStatus> logqd_main(int argc, char** argv) {
  const Outcome<LogqdOptions> options = parse_logqd_options(argc, argv);
  if (!options) return tl::unexpected<Failure>(options.error());
  switch (options->command) {
    case LogqdOptions::Command::kHelp:
      std::fputs(logqd_help().c_str(), stdout);
      return ExitStatus::kOk;
    case LogqdOptions::Command::kVersion:
      std::puts("logqd " LOGQ_VERSION);
      return ExitStatus::kOk;
    case LogqdOptions::Command::kCollect:
      break;
  }
  return collect_messages(*options);
}

}  // namespace
}  // namespace logq::cli

int main(int argc, char** argv) {
  return logq::cli::run("logqd", &logq::cli::logqd_main, argc, argv);
}
