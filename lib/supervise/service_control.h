// ServiceControl: lets operators look at a running service and order it about, by the tools of
// daemontools and runit and by logq-svc (docs/service-control.md).
//
// An operator's word outlives what the service does: one that was stopped stays down, and its
// supervisor stays too, so that it can be started again. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logq/result.h"
#include "supervise/control_directory.h"
#include "supervise/control_order.h"
#include "supervise/control_socket.h"
#include "supervise/event_loop.h"
#include "supervise/service_observer.h"
#include "supervise/service_runner.h"
#include "supervise/supervisor_status.h"

namespace logq::supervise {

// Of a service that is started and stopped by somebody else than its runner: its tree.
struct ServiceOwner {
  std::function<void()> start;
  std::function<void()> stop;
  // It exists from its start to its end: stopped, it is gone, and is not started again from here.
  bool owns_instance = false;
};

class ServiceControl final : private ServiceObserver {
 public:
  // Borrows the runner and the loop.
  [[nodiscard]] static Result<std::unique_ptr<ServiceControl>> create(
      std::unique_ptr<ControlDirectory> directory,
      ServiceRunner& runner,
      EventLoop& loop,
      ServiceOwner owner);
  ServiceControl(const ServiceControl&) = delete;
  ServiceControl& operator=(const ServiceControl&) = delete;
  ~ServiceControl() override;

  // Whether its supervisor has to stay though the service is at rest,
  [[nodiscard]] bool holds() const { return wanted_ != Wanted::kUp && !is_leaving_; }
  // or to end, since it is.
  [[nodiscard]] bool is_to_end() const { return is_leaving_ && runner_.is_over(); }
  // From now on that is over: the supervisor is to end when the service is down.
  void let_go();
  // What was asked of the owner will not be done.
  void refuse_waiting(std::string_view why);

 private:
  enum class Wanted : std::uint8_t { kUp, kDown, kOnce };
  struct Waiting {
    ControlSocket::Client client;
    std::optional<JobType> job;  // nothing: that it comes to rest
  };
  struct JobDone {
    JobType type;
    JobResult result;
  };

  ServiceControl(std::unique_ptr<ControlDirectory> directory,
                 ServiceRunner& runner,
                 ServiceOwner owner)
      : directory_(std::move(directory)),
        runner_(runner),
        owner_(std::move(owner)) {}
  Result<void> prepare(EventLoop& loop);

  void state_changed() override;
  void job_done(JobType type, JobResult result) override;
  void came_to_rest() override;

  void read_letters();
  void take_line(ControlSocket::Client client, std::string_view line);
  void take_job(ControlSocket::Client client, const ControlOrder& order, JobType job);
  [[nodiscard]] bool is_answered_by(const Waiting& waiting, JobType done) const;
  void answer_done(const Waiting& waiting, const JobDone& done);
  // False where it cannot be obeyed.
  bool obey(const ControlOrder& order);
  void start();
  void stop();
  void restart();
  bool once();
  bool leave();
  [[nodiscard]] bool has_owner() const { return owner_.start != nullptr; }
  bool send_signal(int signal);
  [[nodiscard]] bool is_done(JobType job) const;
  [[nodiscard]] bool is_done_when_gone(JobType job) const {
    return owner_.owns_instance && job == JobType::kStop;
  }
  void want(Wanted wanted);
  void write_status();
  [[nodiscard]] std::string describe() const;

  const std::unique_ptr<ControlDirectory> directory_;
  ServiceRunner& runner_;
  const ServiceOwner owner_;
  std::unique_ptr<ControlSocket> socket_;
  EventSource letters_;
  Wanted wanted_ = Wanted::kUp;
  bool is_leaving_ = false;
  SupervisedState told_;     // what the status file says
  std::string_view active_;  // the state in one word,
  std::uint64_t active_since_usec_ = 0;
  std::vector<Waiting> waiting_;
  std::optional<JobDone> last_done_;  // since the order that is being obeyed
};

}  // namespace logq::supervise
