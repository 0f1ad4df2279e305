// TreeRunner: one supervision tree in the world: the runners of its services and of the trees in
// it, which it orders about as its Tree decides. Each of its services must not restart by itself.
//
// Not thread-safe; see Supervisor.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "supervise/service_runner.h"
#include "supervise/tree.h"
#include "supervise/tree_host.h"
#include "supervise/tree_log.h"
#include "supervise/tree_unit.h"

namespace logq::supervise {

// The unit of a child as its tree runs it: it is the tree that restarts it and limits that.
[[nodiscard]] ServiceUnit as_child(ServiceUnit unit);

class TreeRunner final : private TreeHost {
 public:
  // What the tree knows of one of its services.
  struct ServiceChild {
    ServiceRunner* runner = nullptr;  // borrowed
    RestartSettings restart;          // of its file
    std::vector<std::string> links;   // siblings whose end is its end: BindsTo=, PartOf=
    // Called when the tree does not do what was requested of it.
    std::function<void()> on_refused = {};
  };
  // Borrows the unit and the log. `of_instance` makes the service of a name that a template has;
  // without a runner it cannot be had.
  TreeRunner(const TreeUnit& unit,
             TreeLog& log,
             std::function<ServiceChild(const std::string& name)> of_instance);
  ~TreeRunner() override;

  // In the order of the unit, all before the start. Of a template there is no runner.
  void add_service(const std::string& name, ServiceChild child);
  TreeRunner& add_tree(const TreeUnit& unit, TreeLog& log);
  void add_template(const std::string& name, const RestartSettings& restart);

  [[nodiscard]] const std::vector<TreeChild>& children() const { return specs_; }

  void start();
  void stop();
  // Asks the tree that has the service, this one or one within it, to start or stop it.
  void request_start(const std::string& name);
  void request_stop(const std::string& name);
  // To be called after each event: tells the tree what has become of its children. Whether there
  // was anything.
  bool look();
  [[nodiscard]] bool is_over() const { return tree_ && tree_->state() == TreeState::kDown; }
  [[nodiscard]] TreeEnd end() const { return end_; }

  // Calls `of` for all services that there are, those of inner trees too.
  void for_each_service(const std::function<void(ServiceRunner&)>& of) const;

 private:
  enum class Phase : std::uint8_t { kDown, kStarting, kUp, kStopping, kUnlinked };
  struct Member {
    ServiceChild service;
    std::unique_ptr<TreeRunner> tree;  // in its place
    Phase phase = Phase::kDown;
  };

  // TreeHost
  void start_child(const std::string& name) override;
  void stop_child(const std::string& name) override;
  [[nodiscard]] std::uint64_t now_usec() const override;
  void tree_is_up() override;
  void tree_has_ended(TreeEnd end) override;
  void request_done(const std::string& name, TreeAnswer answer) override;

  TreeRunner* tree_with(const std::string& name);
  bool look_at(const std::string& name, Member& member);
  void has_come_up(const std::string& name, Member& member);
  void has_gone_down(const std::string& name, Member& member);
  void cut_links(const std::string& gone);
  void inner_is_up(const std::string& name);
  void inner_has_ended(const std::string& name, TreeEnd end);

  const TreeUnit& unit_;
  TreeLog& log_;
  const std::function<ServiceChild(const std::string& name)> of_instance_;
  TreeRunner* parent_ = nullptr;
  std::vector<TreeChild> specs_;
  std::map<std::string, Member> members_;
  std::unique_ptr<Tree> tree_;
  TreeEnd end_ = TreeEnd::kStopped;
};

}  // namespace logq::supervise
