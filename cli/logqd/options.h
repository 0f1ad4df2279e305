// logqd's command line.
#pragma once

#include <string>

#include "collect/options.h"

namespace logq::cli {

struct LogqdOptions {
  enum class Action { kCollect, kHelp, kVersion };
  Action action = Action::kCollect;
  collect::CollectorOptions collector;
  std::string config_path;
  std::string complaint;  // what is wrong with the command line; empty when nothing is
};

LogqdOptions parse_logqd_options(int argc, char** argv);
std::string logqd_help();

}  // namespace logq::cli
