// TreeRunner: one supervision tree in the world: the runners of its services and of the trees in
// it, which it orders about as its Tree decides. Each of its services must not restart by itself.
//
// Not thread-safe; see Supervisor.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "supervise/service_runner.h"
#include "supervise/tree.h"
#include "supervise/tree_host.h"
#include "supervise/tree_log.h"
#include "supervise/tree_observer.h"
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
  };
  // Borrows all of them.
  TreeRunner(const TreeUnit& unit, TreeLog& log, TreeObserver& observer);
  ~TreeRunner() override;

  // In the order of the unit, all before the start.
  void add_service(const std::string& name, ServiceChild child);
  TreeRunner& add_tree(const TreeUnit& unit, TreeLog& log);
  void add_template(const std::string& name, const RestartSettings& restart);

  [[nodiscard]] const std::vector<TreeChild>& children() const { return specs_; }

  void start();
  void stop();
  // Whether somebody is going to start it when it is down: until then its services keep what stays
  // over restarts.
  void expect_start(bool is_expected) { is_start_expected_ = is_expected; }
  // Asks the tree that has the child, this one or one within it, to start or stop it.
  void request_start(const std::string& name);
  void request_stop(const std::string& name);
  // The same for an instance of a template of this tree. REQUIRES: the tree is up, and there is no
  // child of that name.
  void request_instance(const std::string& name, ServiceChild child);
  // To be called after each event, of the outermost tree: tells the trees what has become of their
  // children, and the observer what has come of that. Whether there was anything.
  bool look();

  [[nodiscard]] const TreeUnit& unit() const { return unit_; }
  [[nodiscard]] TreeState state() const { return tree_ ? tree_->state() : TreeState::kDown; }
  [[nodiscard]] bool is_over() const { return tree_ && tree_->state() == TreeState::kDown; }
  [[nodiscard]] TreeEnd end() const { return end_; }  // the last
  // Null before the first start.
  [[nodiscard]] const Id128& invocation() const { return invocation_; }
  [[nodiscard]] bool has(const std::string& name) const { return members_.contains(name); }
  // Those that there are, in their order; nothing before the first start.
  [[nodiscard]] std::vector<Tree::Child> members() const;

  // Where it has failed: the child for which it did, and its runner, which is null where that child
  // is a tree, or is not there any more.
  struct Culprit {
    std::string name;
    const ServiceRunner* runner = nullptr;
    const TreeRunner* tree = nullptr;
  };
  [[nodiscard]] Culprit culprit() const;

  // Calls `of` for all services that there are, those of inner trees too.
  void for_each_service(const std::function<void(ServiceRunner&)>& of) const;

 private:
  enum class Phase : std::uint8_t { kDown, kStarting, kUp, kStopping, kUnlinked };
  struct Member {
    ServiceChild service;
    std::unique_ptr<TreeRunner> tree;  // in its place
    bool is_instance = false;
    Id128 run;  // that came up last
    Phase phase = Phase::kDown;
  };

  // TreeHost
  void start_child(const std::string& name) override;
  void stop_child(const std::string& name) override;
  void child_forgotten(const std::string& name) override;
  [[nodiscard]] std::uint64_t now_usec() const override;
  void tree_is_up() override;
  void tree_has_ended(TreeEnd end) override;
  void request_done(const std::string& name, TreeAnswer answer) override;

  TreeRunner* tree_with(const std::string& name);
  bool look_at_all();
  bool tell_observer();
  bool look_at(const std::string& name, Member& member);
  void has_come_up(const std::string& name, Member& member);
  void has_gone_down(const std::string& name, Member& member);
  void let_go_of_ended(bool starts_again);
  void cut_links(const std::string& gone);
  void inner_is_up(const std::string& name);
  void inner_has_ended(const std::string& name, TreeEnd end);

  const TreeUnit& unit_;
  TreeLog& log_;
  TreeObserver& observer_;
  TreeRunner* parent_ = nullptr;
  std::vector<TreeChild> specs_;
  std::map<std::string, Member> members_;
  std::unique_ptr<Tree> tree_;
  TreeEnd end_ = TreeEnd::kStopped;
  Id128 invocation_;
  bool is_start_expected_ = false;
  // What the observer has not been told yet.
  std::vector<std::string> forgotten_;
  std::vector<std::pair<std::string, TreeAnswer>> answers_;
};

}  // namespace logq::supervise
