// TreeControl: lets operators look at a tree and order it about as a whole, like ServiceControl a
// service (docs/service-control.md). Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logq/id128.h"
#include "logq/result.h"
#include "supervise/control_directory.h"
#include "supervise/control_order.h"
#include "supervise/control_socket.h"
#include "supervise/event_loop.h"
#include "supervise/service_control.h"
#include "supervise/tree_runner.h"

namespace logq::supervise {

class TreeControl {
 public:
  // Borrows the runner and the loop. `owner`: of a tree in a tree.
  [[nodiscard]] static Result<std::unique_ptr<TreeControl>> create(
      std::unique_ptr<ControlDirectory> directory,
      TreeRunner& runner,
      EventLoop& loop,
      ServiceOwner owner);

  // To be called after each event, when the tree has looked at it: tells those who wait. Whether it
  // has ordered anything, after which the tree has to look again.
  bool look();
  // What was asked of the owner will not be done.
  void refuse_waiting(std::string_view why);

  // As ServiceControl's.
  [[nodiscard]] bool holds() const { return (is_held_down_ || is_restarting_) && !is_leaving_; }
  void let_go();

 private:
  struct Waiting {
    ControlSocket::Client client;
    std::optional<JobType> job;  // nothing: that it comes to rest
    Id128 before;                // the invocation at that time; null: it is the one that is meant
  };

  TreeControl(std::unique_ptr<ControlDirectory> directory, TreeRunner& runner, ServiceOwner owner);
  Result<void> prepare(EventLoop& loop);

  void read_letters();
  void take_line(ControlSocket::Client client, std::string_view line);
  // False where it cannot be obeyed.
  bool obey(const ControlOrder& order);
  void start();
  void stop();
  void restart();
  void will_restart(bool will);
  void reload();
  [[nodiscard]] bool has_owner() const { return owner_.start != nullptr; }
  // Nothing: it is to be waited for.
  [[nodiscard]] std::optional<std::string> answer_to(const Waiting& waiting) const;
  void note_state();
  void write_status();
  [[nodiscard]] std::string describe() const;

  const std::unique_ptr<ControlDirectory> directory_;
  TreeRunner& runner_;
  const ServiceOwner owner_;
  std::unique_ptr<ControlSocket> socket_;
  EventSource letters_;
  bool is_held_down_ = false;
  bool is_restarting_ = false;  // it is started when it is down
  bool is_leaving_ = false;
  std::string_view active_;  // the state in one word,
  std::uint64_t active_since_usec_ = 0;
  std::vector<Waiting> waiting_;
};

}  // namespace logq::supervise
