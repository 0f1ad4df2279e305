// A private logqd with settings of its own, whose persistent storage need not exist from the start.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/child_process.h"
#include "support/stock_journald.h"
#include "support/temp_dir.h"

namespace logq::test {

class ConfiguredLogqd {
 public:
  // Starts one with `settings` as its configuration and waits until it accepts; throws
  // std::runtime_error when it does not. With Storage=auto it collects in volatile_dir() until
  // make_storage_possible() and flush().
  explicit ConfiguredLogqd(const std::string& settings, Environment environment = {});

  [[nodiscard]] std::string runtime_dir() const { return directory_.path() + "/run"; }
  [[nodiscard]] std::string config_path() const { return directory_.path() + "/logqd.conf"; }
  [[nodiscard]] std::string volatile_dir() const { return runtime_dir() + "/journal"; }
  [[nodiscard]] std::string storage_dir() const { return directory_.path() + "/later/store"; }
  [[nodiscard]] std::string native_socket() const { return runtime_dir() + "/socket"; }
  [[nodiscard]] std::string stdout_socket() const { return runtime_dir() + "/stdout"; }

  void make_storage_possible() const;
  void start();
  CommandResult stop();
  void kill();
  void signal(int number) const { process_->signal(number); }
  [[nodiscard]] std::string err() const { return process_->err(); }
  // Signals, and waits for the stamp that says it is done.
  void flush() const;
  void rotate() const;
  void sync() const;

  // What journalctl reads in a directory, oldest first; syncs first when logqd runs.
  [[nodiscard]] std::vector<JournalFields> entries(const std::string& directory,
                                                   std::vector<std::string> matches = {}) const;

 private:
  void ask(int signal, const std::string& stamp) const;

  TempDir directory_;
  Environment environment_;
  std::unique_ptr<ChildProcess> process_;
};

// Journal files in a directory, active one included; 0 where there is none.
std::size_t count_journal_files(const std::string& directory);

}  // namespace logq::test
