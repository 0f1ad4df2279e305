// The command line of logq: journalctl's options, as far as this version has them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/exit_status.h"
#include "query/filter.h"
#include "query/output_format.h"

namespace logq::cli {

struct Options {
  enum class Command : std::uint8_t { kShow, kHelp, kVersion, kSync, kRotate };

  Command command = Command::kShow;
  query::Filter filter;
  query::OutputMode mode = query::OutputMode::kShort;
  query::FormatOptions format;
  std::optional<std::uint64_t> lines;  // -n; nothing: all of them
  bool lines_given = false;            // -n all counts
  bool reverse = false;
  bool follow = false;
  bool no_tail = false;
  bool quiet = false;
  bool show_cursor = false;
  std::string directory;           // -D
  std::vector<std::string> files;  // --file, globs already expanded
  std::string runtime_dir;         // of a private collector, for --sync and --rotate
};

// Checks the combination of options too. A failure's message is fit for the user.
Outcome<Options> parse_options(int argc, char** argv);

// The text of --help.
std::string help_text();

}  // namespace logq::cli
