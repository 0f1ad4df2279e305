// logqd's command line.
#pragma once

#include <cstdint>
#include <string>

#include "collect/options.h"
#include "common/exit_status.h"

namespace logq::cli {

struct LogqdOptions {
  enum class Command : std::uint8_t { kCollect, kHelp, kVersion };

  Command command = Command::kCollect;
  collect::CollectorOptions collector;
  std::string config_path;  // --config; empty: none
};

// A failure's message is fit for the user; its status is that of bad usage.
Outcome<LogqdOptions> parse_logqd_options(int argc, char** argv);

// The text of --help.
std::string logqd_help();

}  // namespace logq::cli
