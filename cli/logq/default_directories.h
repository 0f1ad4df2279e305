// Where journal files are when nobody says where.
#pragma once

#include <string>
#include <vector>

#include "journal/journal.h"
#include "logq/options.h"

namespace logq::cli {

// The directories of journald and logqd for the namespace asked for: of this machine, with --merge
// of all machines, with --root those below it. They need not exist. A user's own logqd keeps its
// files in $XDG_STATE_HOME/logq/journal, and before they are flushed in $XDG_RUNTIME_DIR/logq.
[[nodiscard]] std::vector<std::string> default_directories(const SourceOptions& source);

// Names of the namespaces that this machine has journals of, sorted, each once.
[[nodiscard]] std::vector<std::string> stored_namespaces();

// What --system and --user want of the files of a directory, by their names, as journalctl; what
// the user's own logqd has stored counts as the user's under any name. Empty: all of them.
[[nodiscard]] journal::FileFilter file_filter(const SourceOptions& source);

}  // namespace logq::cli
