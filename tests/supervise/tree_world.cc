#include "tree_world.h"

#include <array>

namespace logq::supervise {
namespace {

bool take_one(std::map<std::string, unsigned>& times, const std::string& name) {
  const auto found = times.find(name);
  if (found == times.end() || found->second == 0) return false;
  --found->second;
  return true;
}

std::vector<TreeChild> specs_of(const SimulatedTree& tree) {
  std::vector<TreeChild> specs;
  for (const SimulatedTree::Child& child : tree.children)
    specs.push_back(child.spec);
  return specs;
}

}  // namespace

class TreeWorld::Host final : public TreeHost {
 public:
  Host(TreeWorld& world, const SimulatedTree& plan, Host* parent)
      : tree(plan.unit, specs_of(plan), *this, world.log_),
        world_(world),
        name_(plan.unit.name),
        parent_(parent) {
    for (const SimulatedTree::Child& child : plan.children) {
      if (child.tree) inner_[child.spec.name] = std::make_unique<Host>(world, *child.tree, this);
    }
  }

  void start_child(const std::string& name) override {
    const auto inner = inner_.find(name);
    if (inner != inner_.end()) return inner->second->tree.start();
    const bool fails = take_one(world_.fails, name);
    const bool is_skipped = !fails && take_one(world_.skips, name);
    world_.events.push_back((fails ? "!" : is_skipped ? "~" : "+") + name);
    world_.run_hook(world_.on_start, name);
    if (fails) return world_.answer([this, name] { tree.child_start_failed(name); });
    if (is_skipped) return world_.answer([this, name] { tree.child_skipped(name); });
    world_.alive_[name] = this;
    if (world_.silent.contains(name)) return;
    world_.answer([this, name] { tree.child_started(name); });
  }
  void stop_child(const std::string& name) override {
    const auto inner = inner_.find(name);
    if (inner != inner_.end()) return inner->second->tree.stop();
    world_.events.push_back("-" + name);
    world_.run_hook(world_.on_stop, name);
    world_.alive_.erase(name);
    if (world_.silent.contains(name)) return;
    world_.stop_together([this, name] { tree.child_stopped(name); });
  }
  [[nodiscard]] std::uint64_t now_usec() const override { return world_.now; }
  void child_forgotten(const std::string& name) override { world_.forgotten.insert(name); }
  void tree_is_up() override {
    if (parent_ != nullptr) world_.answer([this] { parent_->tree.child_started(name_); });
  }
  void tree_has_ended(TreeEnd end) override {
    if (parent_ == nullptr) {
      world_.events.push_back("end=" + std::string(name_of(end)));
    } else {
      world_.answer([this, end] { tell_parent(end); });
    }
  }
  void request_done(const std::string& /*name*/, TreeAnswer answer) override {
    static constexpr std::array<const char*, 7> kNames = {
        "done", "failed", "unknown", "running", "restarting", "canceled", "not-now"};
    world_.events.push_back(std::string("=") + kNames.at(static_cast<std::size_t>(answer)));
  }

  Tree tree;

 private:
  void tell_parent(TreeEnd end) {
    if (end == TreeEnd::kStopped) return parent_->tree.child_stopped(name_);
    if (end == TreeEnd::kStartFailed) return parent_->tree.child_start_failed(name_);
    parent_->tree.child_ended(name_, ChildEnd::kNormal);
  }

  TreeWorld& world_;
  const std::string name_;
  Host* const parent_;
  std::map<std::string, std::unique_ptr<Host>> inner_;
};

TreeWorld::TreeWorld(const SimulatedTree& tree, Answers answers)
    : answers_(answers),
      top_(std::make_unique<Host>(*this, tree, nullptr)) {}

TreeWorld::~TreeWorld() = default;

Tree& TreeWorld::tree() {
  return top_->tree;
}

void TreeWorld::end_worker(const std::string& name, ChildEnd end) {
  const auto found = alive_.find(name);
  if (found == alive_.end()) return;
  Host* const owner = found->second;
  alive_.erase(found);
  owner->tree.child_ended(name, end);
}

void TreeWorld::settle() {
  while (!later_.empty()) {
    const auto answer = std::move(later_.front());
    later_.pop_front();
    answer();
  }
}

void TreeWorld::answer(std::function<void()> answer) {
  if (answers_ == Answers::kAtOnce) return answer();
  later_.push_back(std::move(answer));
}

void TreeWorld::stop_together(std::function<void()> answer_stop) {
  stopping_.push_back(std::move(answer_stop));
  if (stopping_.size() < together) return;
  for (auto& one : std::exchange(stopping_, {}))
    answer(std::move(one));
}

void TreeWorld::run_hook(std::map<std::string, Hook>& hooks, const std::string& name) {
  const auto found = hooks.find(name);
  if (found == hooks.end()) return;
  const Hook hook = found->second;
  hooks.erase(found);
  end_worker(hook.other, hook.end);
}

}  // namespace logq::supervise
