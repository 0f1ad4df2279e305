// Running this build's logq-run, logq-cat and logq-svc towards a private journald.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "support/child_process.h"
#include "support/stock_journald.h"

namespace logq::test {

inline const std::string kLogqRun = std::string(LOGQ_BIN_DIR) + "/logq-run";
inline const std::string kLogqCat = std::string(LOGQ_BIN_DIR) + "/logq-cat";
inline const std::string kLogqSvc = std::string(LOGQ_BIN_DIR) + "/logq-svc";

inline Environment towards(const StockJournald& journald) {
  return {{"LOGQ_SOCKET", journald.native_socket()},
          {"LOGQ_STDOUT_SOCKET", journald.stdout_socket()}};
}

// An environment in which no collector, and surely not the host's, is found.
inline Environment without_collector() {
  return {{"LOGQ_SOCKET", "/nonexistent/socket"}, {"LOGQ_STDOUT_SOCKET", "/nonexistent/stdout"}};
}

inline Command command(std::vector<std::string> argv, Environment environment) {
  return {.argv = std::move(argv), .environment = std::move(environment), .input = {}};
}

// The values of one field, "-" where an entry has none.
inline std::vector<std::string> column(const std::vector<JournalFields>& entries,
                                       const std::string& field) {
  std::vector<std::string> values;
  for (const JournalFields& entry : entries) {
    const auto found = entry.find(field);
    values.push_back(found == entry.end() ? "-" : found->second);
  }
  return values;
}

}  // namespace logq::test
