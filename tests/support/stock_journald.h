// A private instance of the distribution's systemd-journald, the oracle of many tests.
//
// It runs in a mount namespace of its own with an empty /run and without kmsg and audit, so
// it neither sees nor touches the host's journal. It needs root; a test begins with
//   if (auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/temp_dir.h"

namespace logq::test {

// One entry read back: field name to value. Of a field that occurs several times the first is kept.
using JournalFields = std::map<std::string, std::string>;
// The same with every value of a field, in the order given.
using OrderedFields = std::vector<std::pair<std::string, std::string>>;

// What its kernel's sources are given.
struct StockExtras {
  std::string kmsg;       // takes the place of /dev/kmsg, where not empty
  int audit_socket = -1;  // passed to it as the socket of audit records
  std::string preload;    // a library that goes before all others
};

class StockJournald {
 public:
  // Why it cannot run here, if it cannot.
  static std::optional<std::string> unavailable();

  // Starts one and waits until its sockets accept. `settings` are further lines of [Journal].
  explicit StockJournald(const std::string& settings = "", StockExtras extras = {});
  StockJournald(const StockJournald&) = delete;
  StockJournald& operator=(const StockJournald&) = delete;
  ~StockJournald();

  [[nodiscard]] std::string runtime_dir() const { return directory_.path() + "/run"; }
  [[nodiscard]] std::string storage_dir() const { return directory_.path() + "/log"; }
  [[nodiscard]] std::string native_socket() const { return runtime_dir() + "/socket"; }
  [[nodiscard]] std::string stdout_socket() const { return runtime_dir() + "/stdout"; }
  [[nodiscard]] std::string syslog_socket() const { return runtime_dir() + "/dev-log"; }
  [[nodiscard]] pid_t pid() const { return pid_; }

  void start();  // again, after stop(): same directories and settings
  void stop();   // SIGTERM, and waits for its end
  // Returns when everything sent before the call is stored and on disk.
  void sync();

  // What `journalctl -D storage_dir ARGUMENTS...` prints.
  [[nodiscard]] std::string journalctl(const std::vector<std::string>& arguments) const;
  // The entries that match, oldest first, all fields; syncs first.
  [[nodiscard]] std::vector<JournalFields> entries(const std::vector<std::string>& matches = {});

 private:
  TempDir directory_;
  std::string settings_;
  StockExtras extras_;
  pid_t pid_ = -1;
};

// Takes the Journal Export Format apart.
std::vector<JournalFields> parse_export(const std::string& text);
std::vector<OrderedFields> parse_export_in_order(const std::string& text);

}  // namespace logq::test
