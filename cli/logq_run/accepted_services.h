// The instances of a service that logq-run runs for one socket with Accept=yes: made for a
// connection each, gone when they have ended.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/unique_fd.h"
#include "logq_run/options.h"
#include "logq_run/service_control_setup.h"
#include "logq_run/service_setup.h"
#include "supervise/connection.h"
#include "supervise/patient_transport.h"
#include "supervise/service_runner.h"
#include "supervise/service_unit.h"
#include "supervise/socket_runner.h"
#include "supervise/supervisor.h"

namespace logq::cli {

class AcceptedServices {
 public:
  // Of the instance of that name.
  using Load = std::function<supervise::LoadedService(const std::string& name)>;

  // Borrows all of them; the socket is open.
  AcceptedServices(const Options& options,
                   supervise::SocketRunner& socket,
                   Load load,
                   supervise::PatientTransport& transport,
                   supervise::Supervisor& supervisor);
  AcceptedServices(const AcceptedServices&) = delete;
  AcceptedServices& operator=(const AcceptedServices&) = delete;
  ~AcceptedServices();

  void accept();
  // Accepts no more, and stops what runs.
  void stop(int signal);
  void reload();
  // To be called between two events: removes those that have ended.
  void look();
  // Nothing runs, and nothing will.
  [[nodiscard]] bool is_over() const;
  // The socket was closed since no more could be started.
  [[nodiscard]] bool has_failed() const { return !is_stopped_ && !socket_.is_open(); }

  [[nodiscard]] bool has_collector() const { return has_collector_; }
  // Entries about them that no collector has taken.
  [[nodiscard]] std::uint64_t undelivered() const { return lost_; }

 private:
  struct One {
    std::unique_ptr<ServiceSetup> setup;
    supervise::ServiceRunner* runner = nullptr;
    ControlSetup control;
    std::string source;  // of its connection
  };

  bool start(unsigned number, supervise::Connection connection);
  void adopt_user(supervise::ServiceUnit& unit) const;
  void keep_user(ServiceSetup& setup);
  void remove(One& one);

  const Options& options_;
  supervise::SocketRunner& socket_;
  const Load load_;
  supervise::PatientTransport& transport_;
  supervise::Supervisor& supervisor_;
  std::map<std::string, One> instances_;
  supervise::ExecutionSettings user_;  // of DynamicUser=, whose directories all of them share
  base::UniqueFd user_lock_;
  bool is_stopped_ = false;
  bool has_collector_ = false;
  std::uint64_t lost_ = 0;
};

}  // namespace logq::cli
