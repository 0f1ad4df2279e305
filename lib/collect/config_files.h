// The configuration files of logqd: which there are, in which order they count, and reading them.
//
// The rules are systemd's: of a main file the first one found counts, in /etc, /run,
// /usr/local/lib, /usr/lib; its drop-ins NAME.d/*.conf are gathered from all four, of those with
// the same name the first one counts, and they are read sorted by name after the main file. What is
// read later wins.
#pragma once

#include <string>
#include <vector>

#include "collect/options.h"
#include "logq/result.h"

namespace logq::collect {

// The main file `path` and its drop-ins `path`.d/*.conf, in the order they are to be read.
[[nodiscard]] std::vector<std::string> config_files_of(const std::string& path);

// journald's files, then logq/logqd.conf with its drop-ins, those of a namespace for one
// (journald@NS.conf, logqd@NS.conf). `root` is put before every path; tests have one of their own.
[[nodiscard]] std::vector<std::string> system_config_files(const std::string& log_namespace,
                                                           const std::string& root = {});

// Reads one file. What is unknown, invalid or not done becomes a line of `warnings`,
// "FILE:LINE: ..."; only a file that cannot be read is an error.
Result<void> read_configuration(const std::string& path,
                                CollectorOptions& options,
                                std::vector<std::string>& warnings);

}  // namespace logq::collect
