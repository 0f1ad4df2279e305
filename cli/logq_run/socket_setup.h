// The sockets of one service, as the command line and its unit files ask for them, with the
// commands that they have.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "logq/transport.h"
#include "logq_run/options.h"
#include "logq_run/service_setup.h"
#include "supervise/lifecycle_log.h"
#include "supervise/service_runner.h"
#include "supervise/service_unit.h"
#include "supervise/socket_runner.h"
#include "supervise/socket_unit.h"
#include "supervise/supervisor.h"

namespace logq::cli {

class SocketSetup {
 public:
  explicit SocketSetup(Transport& transport) : transport_(transport) {}

  // Says what is wrong with a unit, here and in the log. False where it must not be opened.
  bool add(supervise::LoadedSocket loaded);
  // Those of a service (supervise::sockets_of) that are not there already. None may be one that
  // accepts connections for instances.
  bool add_of(const supervise::ServiceUnit& service, const std::string& directory);
  [[nodiscard]] std::set<std::string> names() const;
  [[nodiscard]] bool empty() const { return units_.empty(); }
  // That the first of them is for.
  [[nodiscard]] const std::string& service() const { return units_.front()->loaded.unit.service; }

  // Whether one of them accepts connections for instances of that template.
  [[nodiscard]] bool has_template(const std::string& name) const;

  // Opens all of them and gives them to a service. False where one cannot be had, which is told.
  // Handles what happens while commands of theirs run. REQUIRES: nothing is being handled.
  Result<bool> open(const Options& options,
                    supervise::Supervisor& supervisor,
                    supervise::RunnerOptions& service);
  // The same in the middle of something: commands are told of, and not run.
  bool open_without_commands(supervise::EventLoop& loop, supervise::RunnerOptions& service);
  // A signal to us while they are being opened.
  void take_signal(int signal);
  [[nodiscard]] std::vector<supervise::SocketRunner*> runners() const;
  // Commands are waited for, as by open().
  Result<void> close(supervise::Supervisor& supervisor);
  void close();

 private:
  // Stays where it is: the runner borrows both.
  struct Unit {
    Unit(supervise::LoadedSocket of, Transport& transport);
    const supervise::LoadedSocket loaded;
    supervise::LifecycleLog log;
    std::unique_ptr<ServiceSetup> commands;  // null where it has none
    std::unique_ptr<supervise::SocketRunner> runner;
    supervise::ServiceRunner* life = nullptr;
  };

  Result<bool> open_one(const Options& options, supervise::Supervisor& supervisor, Unit& unit);
  static std::string why_not_open(const Unit& unit);
  bool has_opened(Unit& unit, bool is_open, supervise::RunnerOptions& service);

  [[nodiscard]] bool contains(const std::string& name) const;

  Transport& transport_;
  std::vector<std::unique_ptr<Unit>> units_;
};

}  // namespace logq::cli
