#include "supervise/tree_runner.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"

namespace logq::supervise {

ServiceUnit as_child(ServiceUnit unit) {
  unit.restart = RestartSettings();
  unit.start_limit.burst = 0;
  // Whether an end is the last one is the tree's to say.
  unit.dependencies.on_failure.clear();
  unit.dependencies.on_success.clear();
  return unit;
}

TreeRunner::TreeRunner(const TreeUnit& unit, TreeLog& log, TreeObserver& observer)
    : unit_(unit),
      log_(log),
      observer_(observer) {}

TreeRunner::~TreeRunner() = default;

void TreeRunner::add_service(const std::string& name, ServiceChild child) {
  specs_.push_back({name, child_restart(child.restart)});
  members_[name].service = std::move(child);
}

TreeRunner& TreeRunner::add_tree(const TreeUnit& unit, TreeLog& log) {
  specs_.push_back({unit.name, unit.restart});
  Member& member = members_[unit.name];
  member.tree = std::make_unique<TreeRunner>(unit, log, observer_);
  member.tree->parent_ = this;
  return *member.tree;
}

void TreeRunner::add_template(const std::string& name, const RestartSettings& restart) {
  specs_.push_back({name, child_restart(restart)});
}

void TreeRunner::start() {
  if (state() != TreeState::kDown) return;
  end_ = TreeEnd::kStopped;
  invocation_ = Id128::random();
  log_.begin_invocation(invocation_);
  TreeHost& host = *this;
  if (!tree_) tree_ = std::make_unique<Tree>(unit_, specs_, host, log_);
  tree_->start();
}

void TreeRunner::stop() {
  tree_->stop();
}

void TreeRunner::request_start(const std::string& name) {
  TreeRunner* const runner = tree_with(name);
  if (runner != nullptr && runner->tree_) runner->tree_->start_child(name);
}

void TreeRunner::request_stop(const std::string& name) {
  TreeRunner* const runner = tree_with(name);
  if (runner != nullptr && runner->tree_) runner->tree_->terminate_child(name);
}

void TreeRunner::request_instance(const std::string& name, ServiceChild child) {
  const ChildRestart kind = child_restart(child.restart);
  Member& member = members_[name];
  member.service = std::move(child);
  member.is_instance = true;
  tree_->start_child(name, kind);
}

std::vector<Tree::Child> TreeRunner::members() const {
  return tree_ ? tree_->children() : std::vector<Tree::Child>();
}

TreeRunner* TreeRunner::tree_with(const std::string& name) {
  if (members_.contains(name)) return this;
  for (auto& [inner, member] : members_) {
    TreeRunner* const found = member.tree ? member.tree->tree_with(name) : nullptr;
    if (found != nullptr) return found;
  }
  return nullptr;
}

// --- what the tree orders ---

void TreeRunner::start_child(const std::string& name) {
  Member& member = members_.at(name);
  member.phase = Phase::kStarting;
  member.tree ? member.tree->start() : member.service.runner->start();
}

void TreeRunner::stop_child(const std::string& name) {
  Member& member = members_.at(name);
  member.phase = Phase::kStopping;
  member.tree ? member.tree->stop() : member.service.runner->stop();
}

void TreeRunner::child_forgotten(const std::string& name) {
  if (members_.at(name).is_instance) forgotten_.push_back(name);
}

std::uint64_t TreeRunner::now_usec() const {
  return base::monotonic_usec();
}

void TreeRunner::tree_is_up() {
  if (parent_ != nullptr) parent_->inner_is_up(unit_.name);
}

void TreeRunner::tree_has_ended(TreeEnd end) {
  end_ = end;
  if (parent_ != nullptr) parent_->inner_has_ended(unit_.name, end);
}

void TreeRunner::request_done(const std::string& name, TreeAnswer answer) {
  answers_.emplace_back(name, answer);
  // A tree that is not up any more has no instances, nor has it begun this one.
  const auto found = members_.find(name);
  const bool has_not_begun = answer == TreeAnswer::kNotNow || answer == TreeAnswer::kCanceled;
  if (has_not_begun && found != members_.end() && found->second.is_instance &&
      found->second.phase == Phase::kDown)
    forgotten_.push_back(name);
}

// --- what has become of them ---

bool TreeRunner::look() {
  bool was_new = false;
  // What one child does can change what is true of another one: until nothing is new.
  for (bool is_new = true; is_new; was_new |= is_new) {
    is_new = look_at_all();
    let_go_of_ended(false);
    is_new |= tell_observer();
  }
  return was_new;
}

// What stays over restarts is kept for those that are about to be started again, by this tree or,
// where that `starts_again`, with it.
void TreeRunner::let_go_of_ended(bool starts_again) {
  for (auto& [name, member] : members_) {
    if (!member.tree && member.phase != Phase::kDown) continue;
    const bool is_kept = starts_again || (tree_ && tree_->is_to_run(name));
    if (member.tree)
      member.tree->let_go_of_ended(is_kept);
    else if (!is_kept)
      member.service.runner->let_go();
  }
}

bool TreeRunner::look_at_all() {
  bool is_new = false;
  for (auto& [name, member] : members_)
    is_new |= member.tree ? member.tree->look_at_all() : look_at(name, member);
  return is_new;
}

bool TreeRunner::tell_observer() {
  bool is_new = !forgotten_.empty() || !answers_.empty();
  for (const std::string& name : std::exchange(forgotten_, {}))
    if (members_.erase(name) != 0) observer_.instance_gone(name);
  for (const auto& [name, answer] : std::exchange(answers_, {}))
    observer_.request_answered(name, answer);
  for (auto& [name, member] : members_)
    if (member.tree) is_new |= member.tree->tell_observer();
  return is_new;
}

// Whether something was to be told.
bool TreeRunner::look_at(const std::string& name, Member& member) {
  ServiceRunner* const runner = member.service.runner;
  if (member.phase == Phase::kDown) return false;
  if (member.phase == Phase::kStarting && runner->has_come_up()) {
    has_come_up(name, member);
    return true;
  }
  if (!runner->is_over()) return false;
  has_gone_down(name, member);
  return true;
}

void TreeRunner::has_come_up(const std::string& name, Member& member) {
  member.phase = Phase::kUp;
  tree_->child_started(name);
}

void TreeRunner::has_gone_down(const std::string& name, Member& member) {
  const Phase before = std::exchange(member.phase, Phase::kDown);
  const Service& service = member.service.runner->service();
  if (before == Phase::kStarting) {
    const bool is_skipped = service.state() != ServiceState::kFailed;
    return is_skipped ? tree_->child_skipped(name) : tree_->child_start_failed(name);
  }
  cut_links(name);
  if (before == Phase::kStopping) return tree_->child_stopped(name);
  if (before == Phase::kUnlinked) return tree_->child_ended(name, ChildEnd::kAbnormal);
  tree_->child_ended(
      name, child_end(member.service.restart, {service.result(), service.main_exit(), false}));
}

// Those that are bound to one that has gone go too, and are started again as after any bad end.
void TreeRunner::cut_links(const std::string& gone) {
  if (tree_->state() == TreeState::kEnding) return;
  for (auto& [name, member] : members_) {
    const auto& links = member.service.links;
    if (member.phase != Phase::kUp || std::ranges::find(links, gone) == links.end()) continue;
    member.phase = Phase::kUnlinked;
    member.service.runner->stop();
  }
}

void TreeRunner::inner_is_up(const std::string& name) {
  Member& member = members_.at(name);
  if (member.phase == Phase::kStarting) has_come_up(name, member);
}

void TreeRunner::inner_has_ended(const std::string& name, TreeEnd end) {
  Member& member = members_.at(name);
  const Phase before = std::exchange(member.phase, Phase::kDown);
  cut_links(name);
  if (before == Phase::kStopping) return tree_->child_stopped(name);
  if (end == TreeEnd::kStartFailed) return tree_->child_start_failed(name);
  tree_->child_ended(name, ChildEnd::kNormal);
}

void TreeRunner::for_each_service(const std::function<void(ServiceRunner&)>& of) const {
  for (const auto& [name, member] : members_) {
    if (member.tree) member.tree->for_each_service(of);
    if (member.service.runner != nullptr) of(*member.service.runner);
  }
}

}  // namespace logq::supervise
