// Where journal files are when nobody says where.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.h"
#include "logq/options/options.h"

namespace logq::cli {

// The directories of journald and logqd for the namespace asked for: of this machine, with --merge
// of all machines, with --root those below it; with the last two also what systemd-journal-remote
// has received, of all namespaces. They need not exist. A user's own logqd keeps its
// files in $XDG_STATE_HOME/logq/journal, and before they are flushed in $XDG_RUNTIME_DIR/logq.
[[nodiscard]] std::vector<std::string> default_directories(const SourceOptions& source);

// Whether it is the directory of what was received.
[[nodiscard]] bool is_received(std::string_view directory);

// Names of the namespaces that this machine has journals of, sorted, each once.
[[nodiscard]] std::vector<std::string> stored_namespaces();

// What --system and --user, which add up, want of the files of a directory, by their names, as
// journalctl; what the user's own logqd has stored counts as the user's under any name. Of what was
// received --namespace wants its own. Empty: all of them.
[[nodiscard]] journal::FileFilter file_filter(const SourceOptions& source);

}  // namespace logq::cli
