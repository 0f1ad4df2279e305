// Which backend Backend::kAutomatic stands for. The rule is in logq/logger.h.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

#include "client/socket_search.h"
#include "logq/logger.h"

namespace logq::client {

// What an open descriptor leads to.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

// What the choice depends on.
struct BackendEnvironment {
  SearchEnvironment search;
  std::string journal_stream;                   // $JOURNAL_STREAM; empty: not set
  std::optional<FileIdentity> standard_output;  // nullopt: closed
  std::optional<FileIdentity> standard_error;
  bool error_is_terminal = false;
  // Whether somebody listens at a socket. Asked only where the answer matters.
  std::function<bool(const SocketCandidate&)> answers;

  // Of this process. Variables are ignored in programs that gained privileges by exec.
  static BackendEnvironment of_process();
};

// "DEVICE:INODE", both decimal; nullopt where it is anything else.
std::optional<FileIdentity> parse_journal_stream(const std::string& text);

// Never kAutomatic.
Backend choose_backend(const std::string& explicit_path, const BackendEnvironment& environment);

}  // namespace logq::client
