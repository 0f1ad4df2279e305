// Tree: the life of children that are supervised together: in which order they start and stop, and
// what follows for the others when one of them ends. The rules are those of Erlang/OTP's
// supervisor (version 25), as a machine that orders everything from a TreeHost and tells a TreeLog;
// it knows no processes (docs/supervision-trees.md).
//
// One thing is done at a time: what is reported or asked for meanwhile waits until the children
// that are being started or stopped are through. Only stop() does not wait, nor does
// terminate_child() for the start of the child it is about.
//
// Not thread-safe. Nothing here waits for anything: whoever owns it tells it what has happened, and
// may do so from within the host's functions, but must not destroy it there.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "supervise/restart_window.h"
#include "supervise/tree_child.h"
#include "supervise/tree_host.h"
#include "supervise/tree_log.h"
#include "supervise/tree_unit.h"

namespace logq::supervise {

enum class ChildState : std::uint8_t {
  kDown,        ///< not started, ended for good, or stopped
  kStarting,    ///< ordered, not ready yet
  kRunning,     ///< ready
  kEnded,       ///< it has ended by itself, which is not dealt with yet
  kRestarting,  ///< its restart has failed and is tried again
  kStopping,    ///< ordered, not at rest yet
};
[[nodiscard]] std::string_view name_of(ChildState state);  // "running"

enum class TreeState : std::uint8_t { kDown, kStarting, kUp, kEnding };

class Tree {
 public:
  // Borrows `unit`, `host` and `log`. `children` are those of the unit, each with its kind; of
  // simple_one_for_one they are the templates.
  Tree(const TreeUnit& unit, std::vector<TreeChild> children, TreeHost& host, TreeLog& log);
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  ~Tree() = default;

  // --- what is asked for ---

  // Starts all children, unless the tree is up or on its way. One that has ended can be started
  // again and knows nothing of its former life.
  void start();
  // Stops all children, the last first; what is still to be started is not.
  void stop();
  // Starts a child that is down, or of simple_one_for_one a new instance of a template: of the
  // template's kind, or of its own where it has one.
  void start_child(const std::string& name, std::optional<ChildRestart> own_kind = {});
  // Stops a child, which is not restarted; a temporary one and an instance are forgotten. Where all
  // wait for that child to start, that is given up; an instance that is still to come does not.
  void terminate_child(const std::string& name);

  // --- what happens ---

  void child_started(const std::string& name);
  // There was nothing to be started: the child is down, and all is well (OTP's "ignore").
  void child_skipped(const std::string& name);
  void child_start_failed(const std::string& name);
  void child_stopped(const std::string& name);
  // Without having been told to. Of a child that is being started or stopped: as the two before.
  void child_ended(const std::string& name, ChildEnd end);

  // --- how it is ---

  struct Child {
    TreeChild spec;
    bool is_significant = false;
    ChildState state = ChildState::kDown;
    ChildEnd end = ChildEnd::kNormal;  // while kEnded
  };
  [[nodiscard]] TreeState state() const;
  // Whether it is started, or going to be without anybody asking for it: also where it has ended
  // and what follows is not decided yet.
  [[nodiscard]] bool is_to_run(const std::string& name) const;
  // The child for which it ended by itself, the last time.
  [[nodiscard]] const std::string& culprit() const { return culprit_; }
  // In their order; temporary ones that have ended are gone.
  [[nodiscard]] const std::vector<Child>& children() const { return children_; }

 private:
  // What is being done.
  enum class Task : std::uint8_t { kNone, kStart, kRestart, kStartOne, kTerminateOne, kEnd };
  // What waits until it is done.
  struct Event {
    enum class Kind : std::uint8_t { kEnded, kTryAgain, kStart, kTerminate };
    Kind kind;
    std::string name;
    std::optional<ChildRestart> own_kind = {};  // of kStart
  };

  void go_on();
  bool take_step();
  void stop_next();
  void start_next();
  void finish_task();
  void take_event();

  void deal_with_end(Child& child);
  void restart(Child& child);
  void plan_restart(const Child& cause);
  void start_on_request(const Event& request);
  void start_instance(const Event& request);
  bool withdraw_instance(const std::string& name);
  [[nodiscard]] bool is_waiting_for_start_of(const std::string& name);
  void terminate_on_request(const std::string& name);
  void shut_down_if_insignificant(bool was_significant);
  void end_with(TreeEnd end);
  void come_to_rest();
  void answer(TreeAnswer answer);

  void has_not_started(Child& child);
  void has_stopped(Child& child);
  void forget_or_keep(Child& child);
  void forget(const std::string& name);
  [[nodiscard]] Child* find(const std::string& name);
  [[nodiscard]] const TreeChild* spec_of_template(const std::string& instance) const;
  [[nodiscard]] Child child_of(const TreeChild& spec) const;
  [[nodiscard]] bool is_simple() const { return unit_.strategy == Strategy::kSimpleOneForOne; }
  [[nodiscard]] bool has_stopping_children() const;
  [[nodiscard]] std::vector<std::string> names_reversed(std::size_t first) const;

  const TreeUnit& unit_;
  const std::vector<TreeChild> specs_;
  TreeHost& host_;
  TreeLog& log_;

  bool is_up_ = false;
  std::vector<Child> children_;
  RestartWindow restarts_;
  Task task_ = Task::kNone;
  std::optional<std::string> requested_;  // the child of a request that is not answered yet
  std::deque<std::string> to_stop_;       // in this order, before
  std::deque<std::string> to_start_;      // these
  std::optional<std::string> awaited_;    // whose answer the task needs to go on
  TreeEnd end_ = TreeEnd::kStopped;       // of kEnd
  std::string culprit_;
  std::deque<Event> events_;
  bool is_going_on_ = false;
};

}  // namespace logq::supervise
