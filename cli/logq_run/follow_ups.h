// FollowUps: the services that OnFailure= and OnSuccess= of a service name, and those that these
// name, ready to be started when it has ended like that.
//
// Not thread-safe; see Supervisor.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "logq/result.h"
#include "logq_run/options.h"
#include "logq_run/service_setup.h"
#include "logq_run/socket_setup.h"
#include "supervise/service_unit.h"
#include "supervise/supervisor.h"

namespace logq::cli {

class FollowUps {
 public:
  // Borrows both.
  FollowUps(const Options& options, Transport& transport)
      : options_(options),
        transport_(transport) {}

  // Loads those of the service that all begins with from `directory`, which ends with a slash or is
  // empty. What is wrong with their files is said; of those that cannot be run its own keys stay
  // told of.
  void load(supervise::LoadedService& first, const std::string& directory);
  // `first` is the runner of that service. False where the sockets of one cannot be had.
  Result<bool> add_to(supervise::Supervisor& supervisor, supervise::ServiceRunner& first);

  // To be called after each event: starts those that are due.
  void look();
  [[nodiscard]] bool are_over() const;
  // TERM and INT stop them; others are for the service that all begins with.
  void take_signal(int signal);
  Result<void> close_sockets(supervise::Supervisor& supervisor);
  void tell_left_output() const;
  // Entries about them that no collector has taken.
  [[nodiscard]] std::uint64_t undelivered() const;

 private:
  struct One {
    explicit One(Transport& transport) : sockets(transport) {}
    SocketSetup sockets;
    std::unique_ptr<ServiceSetup> setup;
    supervise::ServiceRunner* runner = nullptr;
  };

  void keep_startable(supervise::LoadedService& loaded);
  bool can_start(const std::string& name);
  bool start_due(supervise::ServiceRunner& of);

  const Options& options_;
  Transport& transport_;
  std::string directory_;
  std::string first_name_;
  supervise::ServiceRunner* first_ = nullptr;
  std::map<std::string, std::unique_ptr<One>> services_;
};

}  // namespace logq::cli
