// Command lines of logq-run and logq-cat.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "logq_run/cat_options.h"
#include "logq_run/stream_options.h"
#include "supervise/resource_limits.h"

namespace logq::cli {

enum class Applet : std::uint8_t { kRun, kCat };

struct Options {
  enum class Action : std::uint8_t { kWork, kCheck, kHelp, kVersion };
  Action action = Action::kWork;
  StreamSettings stream;
  std::string description;              // of the unit, for its lifecycle entries
  std::chrono::seconds wait{0};         // --wait: for a collector that is not there yet
  bool exec_in_place = false;           // --exec
  std::vector<std::string> settings;    // "Restart=on-failure", as in the [Service] of a unit file
  std::vector<std::string> listen;      // --listen: addresses of sockets for it
  bool accepts = false;                 // --accept: an instance for each connection to them
  bool is_lazy = false;                 // --lazy: started when something comes in
  std::optional<int> ready_descriptor;  // --ready-fd: where it says that it is ready, as to s6
  std::string environment_directory;    // -e: as envdir(8)
  std::vector<supervise::ResourceLimit> soft_limits;  // --softlimit: as softlimit(8)
  std::vector<std::string> program;  // with its arguments; may be empty for logq-cat
  CatSettings cat;                   // of logq-cat
  std::string complaint;             // not empty: a usage error
  bool is_bad_script = false;        // that is what the complaint is about
};

// Options end at the first word that is none, so those of the program stay its own.
Options parse_options(Applet applet, int argc, char** argv);

std::string help_text(Applet applet);

// Whether what stands for the program is unit files: "hello.service" and "hello.socket", or
// "app.tree", without a unit of its own.
bool names_unit_files(const Options& options);

}  // namespace logq::cli
