// BootedSystemd: a small Debian with its own systemd as PID 1 and this build of logq installed in
// it.
//
// A container of namespaces over the host's programs, with a root directory in memory; it shares
// nothing that can be written with the host (booted_systemd.sh says what it sees). Its end is that
// of every process in it, and it dies with the test. Needs root, namespaces and cgroup v2: a test
// begins with
//   if (const auto why = BootedSystemd::unavailable(); !why.empty()) GTEST_SKIP() << why;
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::test {

class BootedSystemd {
 public:
  // Why there can be no such machine here; "" when there can.
  static std::string unavailable();

  // Adds files to the machine's root directory, of which it is given an empty one to fill.
  using Furnish = std::function<void(const std::string& root)>;

  // Boots, and waits until basic.target is reached; throws std::runtime_error when it is not.
  explicit BootedSystemd(const Furnish& furnish = {});
  BootedSystemd(const BootedSystemd&) = delete;
  BootedSystemd& operator=(const BootedSystemd&) = delete;
  ~BootedSystemd();

  // Runs a program in the machine, as root, and waits for its end.
  [[nodiscard]] CommandResult run(std::vector<std::string> argv) const;
  // The same as a child process of the test's.
  [[nodiscard]] Command command(std::vector<std::string> argv) const;
  // What it prints, without the last newline.
  [[nodiscard]] std::string output_of(std::vector<std::string> argv) const;
  // A property of a unit (systemctl show).
  [[nodiscard]] std::string property(const std::string& unit, const std::string& name) const;
  // The process of a service as this test sees it; 0 when it has none.
  [[nodiscard]] pid_t main_process(const std::string& unit) const;

  // A file of the machine as this test can open it.
  [[nodiscard]] std::string path(const std::string& inside) const;
  // Makes or replaces a unit that is none of the distribution's, and has it read.
  void add_unit(const std::string& name, const std::string& text) const;

 private:
  bool has_booted();
  void end();

  TempDir work_;  // never holds a mount that this process sees
  std::string name_;
  std::unique_ptr<ChildProcess> container_;
  pid_t first_process_ = 0;
};

// Puts a drop-in of this build's, by its name in share/logq/systemd, into effect for a unit.
void link_drop_in(const std::string& root, const std::string& name, const std::string& unit);

}  // namespace logq::test
