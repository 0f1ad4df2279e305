// The services of a tree that logq-run runs: made from their files, and taken down again where they
// are instances of a template.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "logq/id128.h"
#include "logq/result.h"
#include "logq_run/options.h"
#include "logq_run/service_control_setup.h"
#include "logq_run/service_setup.h"
#include "logq_run/socket_setup.h"
#include "supervise/patient_transport.h"
#include "supervise/service_control.h"
#include "supervise/supervisor.h"
#include "supervise/tree_runner.h"

namespace logq::cli {

class TreeServices {
 public:
  // Borrows all of them. `directory`: of the files; ends with a slash, or is empty.
  TreeServices(const Options& options,
               std::string directory,
               supervise::PatientTransport& transport,
               supervise::Supervisor& supervisor);
  TreeServices(const TreeServices&) = delete;
  TreeServices& operator=(const TreeServices&) = delete;
  ~TreeServices();

  // Why a service cannot be run, which has been said on standard error and in the log.
  struct Refusal {
    int status = 0;   // what to exit with
    std::string why;  // for who asked for it
  };
  // `names`: of all units that run with it. Without a runner where it must not be started: then
  // `refusal` says why.
  Result<supervise::TreeRunner::ServiceChild> add(const std::string& name,
                                                  const std::set<std::string>& names,
                                                  supervise::ServiceOwner owner,
                                                  Refusal& refusal);
  // It is over, and nobody finds it any more. See Supervisor::remove().
  void remove(const std::string& name);
  // Its tree does not do what it was asked for.
  void refuse_waiting(const std::string& name, std::string_view why);
  void close_sockets();
  void tell_left_output() const;
  [[nodiscard]] bool has_collector() const;
  // Whether one of them is the collector that the log goes to.
  [[nodiscard]] bool have_own_collector() const { return own_collector() != nullptr; }
  // Entries about them that no collector has taken.
  [[nodiscard]] std::uint64_t undelivered() const;

 private:
  struct One {
    explicit One(Transport& transport) : sockets(transport) {}
    SocketSetup sockets;
    std::unique_ptr<ServiceSetup> setup;
    supervise::ServiceRunner* runner = nullptr;
    bool is_collector = false;
    ControlSetup control;
  };

  // Null where it must not be started.
  std::unique_ptr<One> load(const std::string& name,
                            const std::set<std::string>& names,
                            supervise::TreeRunner::ServiceChild& child,
                            Refusal& refusal);

  void take_down(One& one);
  [[nodiscard]] const supervise::ServiceRunner* own_collector() const;
  bool is_own_collector_away();

  const Options& options_;
  const std::string directory_;
  supervise::PatientTransport& transport_;
  supervise::Supervisor& supervisor_;
  std::map<std::string, std::unique_ptr<One>> services_;
  // The run of the own collector after which output was left to the next one.
  std::optional<Id128> left_after_;
  bool had_collector_ = false;  // of those that were removed
  std::uint64_t lost_ = 0;      // the same
};

}  // namespace logq::cli
