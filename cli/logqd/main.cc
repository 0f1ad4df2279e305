// logqd, the collector: command line, configuration, then Collector does the work.
#include <cstdio>
#include <string>
#include <vector>

#include "collect/collector.h"
#include "logqd/options.h"

namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;

void complain(const std::string& line) {
  std::fprintf(stderr, "logqd: %s\n", line.c_str());
}

int collect(logq::cli::LogqdOptions options) {
  if (!options.config_path.empty()) {
    std::vector<std::string> warnings;
    const auto read =
        logq::collect::read_configuration(options.config_path, options.collector, warnings);
    for (const std::string& warning : warnings)
      complain(warning);
    if (!read.has_value()) {
      complain(options.config_path + ": " + read.error().message());
      return kFailure;
    }
  }
  logq::collect::apply_default_directories(options.collector);
  logq::collect::Collector collector(options.collector, &complain);
  if (const auto started = collector.start(); !started.has_value()) return kFailure;
  return collector.run().has_value() ? 0 : kFailure;
}

}  // namespace

int main(int argc, char** argv) {
  const logq::cli::LogqdOptions options = logq::cli::parse_logqd_options(argc, argv);
  if (!options.complaint.empty()) {
    complain(options.complaint + " (try logqd --help)");
    return kUsage;
  }
  if (options.action == logq::cli::LogqdOptions::Action::kHelp) {
    std::fputs(logq::cli::logqd_help().c_str(), stdout);
    return 0;
  }
  if (options.action == logq::cli::LogqdOptions::Action::kVersion) {
    std::printf("logqd %s\n", LOGQ_VERSION);
    return 0;
  }
  return collect(options);
}
