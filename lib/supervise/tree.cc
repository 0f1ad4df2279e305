#include "supervise/tree.h"

#include <algorithm>
#include <array>
#include <utility>

#include "supervise/unit_files.h"

namespace logq::supervise {
namespace {

constexpr std::array<std::string_view, 4> kEndNames = {"stopped", "start-failed", "intensity",
                                                       "auto-shutdown"};

constexpr std::array<std::string_view, 6> kStateNames = {"down",  "starting",   "running",
                                                         "ended", "restarting", "stopping"};

std::string listed(const std::deque<std::string>& names) {
  std::string list;
  for (const std::string& name : names)
    list += (list.empty() ? "" : ", ") + name;
  return list;
}

}  // namespace

std::string_view name_of(TreeEnd end) {
  return kEndNames.at(static_cast<std::size_t>(end));
}

std::string_view name_of(ChildState state) {
  return kStateNames.at(static_cast<std::size_t>(state));
}

Tree::Tree(const TreeUnit& unit, std::vector<TreeChild> children, TreeHost& host, TreeLog& log)
    : unit_(unit),
      specs_(std::move(children)),
      host_(host),
      log_(log),
      restarts_(unit.intensity, unit.period_usec) {}

TreeState Tree::state() const {
  if (task_ == Task::kEnd) return TreeState::kEnding;
  if (task_ == Task::kStart) return TreeState::kStarting;
  return is_up_ ? TreeState::kUp : TreeState::kDown;
}

bool Tree::is_to_run(const std::string& name) const {
  if (std::ranges::find(to_start_, name) != to_start_.end()) return true;
  const auto child =
      std::ranges::find(children_, name, [](const Child& of) { return of.spec.name; });
  if (child == children_.end()) return false;
  return child->state != ChildState::kDown && child->state != ChildState::kStopping;
}

// --- what is asked for ---

void Tree::start() {
  if (state() != TreeState::kDown) return;
  log_.begin_job();
  log_.starting();
  children_.clear();
  restarts_.reset();
  task_ = Task::kStart;
  if (!is_simple()) {
    for (const TreeChild& spec : specs_) {
      children_.push_back(child_of(spec));
      to_start_.push_back(spec.name);
    }
  }
  go_on();
}

void Tree::stop() {
  if (state() == TreeState::kDown || state() == TreeState::kEnding) return;
  log_.begin_job();
  log_.stopping();
  end_with(TreeEnd::kStopped);
  go_on();
}

void Tree::start_child(const std::string& name, std::optional<ChildRestart> own_kind) {
  events_.push_back({Event::Kind::kStart, name, own_kind});
  go_on();
}

void Tree::terminate_child(const std::string& name) {
  if (withdraw_instance(name)) return;
  if (is_waiting_for_start_of(name)) {
    if (requested_) answer(TreeAnswer::kCanceled);
    awaited_.reset();
    terminate_on_request(name);
    return go_on();
  }
  events_.push_back({Event::Kind::kTerminate, name});
  go_on();
}

// One that has been asked for and waits for its turn.
bool Tree::withdraw_instance(const std::string& name) {
  if (!is_simple() || find(name) != nullptr) return false;
  const auto is_its_start = [&](const Event& event) {
    return event.kind == Event::Kind::kStart && event.name == name;
  };
  if (std::erase_if(events_, is_its_start) == 0) return false;
  host_.request_done(name, TreeAnswer::kCanceled);
  host_.request_done(name, TreeAnswer::kDone);
  return true;
}

// And is through then. At the beginning of all the whole tree depends on it.
bool Tree::is_waiting_for_start_of(const std::string& name) {
  const bool is_last = to_stop_.empty() && to_start_.empty();
  const bool is_of_task = task_ == Task::kStartOne || task_ == Task::kRestart;
  return is_of_task && is_last && awaited_ == name && find(name)->state == ChildState::kStarting;
}

// --- what happens ---

void Tree::child_started(const std::string& name) {
  Child* const child = find(name);
  if (child == nullptr || child->state != ChildState::kStarting) return;
  child->state = ChildState::kRunning;
  if (awaited_ == name) awaited_.reset();
  go_on();
}

void Tree::child_skipped(const std::string& name) {
  Child* const child = find(name);
  if (child == nullptr) return;
  if (child->state == ChildState::kStarting || child->state == ChildState::kStopping) {
    has_stopped(*child);
  }
  go_on();
}

void Tree::child_start_failed(const std::string& name) {
  Child* const child = find(name);
  if (child == nullptr) return;
  if (child->state == ChildState::kStarting) {
    has_not_started(*child);
  } else if (child->state == ChildState::kStopping) {
    has_stopped(*child);
  }
  go_on();
}

void Tree::child_stopped(const std::string& name) {
  child_ended(name, ChildEnd::kNormal);
}

void Tree::child_ended(const std::string& name, ChildEnd end) {
  Child* const child = find(name);
  if (child == nullptr) return;
  if (child->state == ChildState::kRunning) {
    child->state = ChildState::kEnded;
    child->end = end;
    events_.push_back({Event::Kind::kEnded, name});
    return go_on();
  }
  child_start_failed(name);
}

// --- one step after the other ---

void Tree::go_on() {
  if (is_going_on_) return;  // an answer from within the host: the loop below sees it
  is_going_on_ = true;
  while (take_step()) {
  }
  is_going_on_ = false;
}

// False where nothing can be done before something is reported.
bool Tree::take_step() {
  if (awaited_) return false;
  if (!to_stop_.empty()) {
    stop_next();
  } else if (!to_start_.empty()) {
    start_next();
  } else if (task_ != Task::kNone) {
    if (has_stopping_children()) return false;  // instances, which are stopped all at once
    finish_task();
  } else {
    if (events_.empty()) return false;
    take_event();
  }
  return true;
}

void Tree::stop_next() {
  const std::string name = std::move(to_stop_.front());
  to_stop_.pop_front();
  Child* const child = find(name);
  if (child == nullptr) return;
  const bool is_alive =
      child->state == ChildState::kRunning || child->state == ChildState::kStarting;
  if (!is_alive) {
    if (child->state != ChildState::kStopping) has_stopped(*child);
    return;
  }
  child->state = ChildState::kStopping;
  if (!is_simple() || task_ != Task::kEnd) awaited_ = name;
  host_.stop_child(name);  // the last: it may answer at once
}

void Tree::start_next() {
  const std::string name = std::move(to_start_.front());
  to_start_.pop_front();
  Child* const child = find(name);
  if (child == nullptr) return;
  child->state = ChildState::kStarting;
  awaited_ = name;
  host_.start_child(name);  // the last: it may answer at once
}

void Tree::finish_task() {
  const Task done = std::exchange(task_, Task::kNone);
  switch (done) {
    case Task::kStart:
      is_up_ = true;
      log_.started();
      return host_.tree_is_up();
    case Task::kStartOne:
    case Task::kTerminateOne:
      return answer(TreeAnswer::kDone);
    case Task::kEnd:
      return come_to_rest();
    case Task::kRestart:
    case Task::kNone:
      return;
  }
}

void Tree::take_event() {
  const Event event = std::move(events_.front());
  events_.pop_front();
  if (event.kind == Event::Kind::kStart) return start_on_request(event);
  if (event.kind == Event::Kind::kTerminate) return terminate_on_request(event.name);
  Child* const child = find(event.name);
  if (child == nullptr) return;
  if (event.kind == Event::Kind::kEnded) return deal_with_end(*child);
  if (child->state == ChildState::kRestarting) restart(*child);
}

// --- what follows from it ---

void Tree::deal_with_end(Child& child) {
  const ChildRestart kind = child.spec.restart;
  if (kind == ChildRestart::kPermanent ||
      (kind == ChildRestart::kTransient && child.end == ChildEnd::kAbnormal)) {
    return restart(child);
  }
  const bool was_significant = child.is_significant;
  has_stopped(child);
  shut_down_if_insignificant(was_significant);
}

void Tree::shut_down_if_insignificant(bool was_significant) {
  if (!was_significant || unit_.auto_shutdown == AutoShutdown::kNever) return;
  const bool is_one_left = std::ranges::any_of(children_, [](const Child& child) {
    return child.is_significant && child.state != ChildState::kDown;
  });
  if (unit_.auto_shutdown == AutoShutdown::kAllSignificant && is_one_left) return;
  end_with(TreeEnd::kAutoShutdown);
}

void Tree::restart(Child& child) {
  child.state = ChildState::kDown;
  if (!restarts_.admit(host_.now_usec())) {
    culprit_ = child.spec.name;
    log_.restart_limit_hit(unit_, child.spec.name);
    return end_with(TreeEnd::kIntensity);
  }
  plan_restart(child);
  log_.restarting(unit_.strategy, child.spec.name, listed(to_start_));
}

// Temporary children are stopped with the others, and that is their end.
void Tree::plan_restart(const Child& cause) {
  task_ = Task::kRestart;
  const bool is_of_one = is_simple() || unit_.strategy == Strategy::kOneForOne;
  if (is_of_one) return to_start_.push_back(cause.spec.name);
  const std::size_t first = unit_.strategy == Strategy::kOneForAll
                                ? 0
                                : static_cast<std::size_t>(&cause - children_.data());
  for (std::string& name : names_reversed(first))
    to_stop_.push_back(std::move(name));
  for (std::size_t i = first; i < children_.size(); ++i) {
    const TreeChild& spec = children_[i].spec;
    if (spec.restart != ChildRestart::kTemporary) to_start_.push_back(spec.name);
  }
}

void Tree::start_on_request(const Event& request) {
  const std::string& name = request.name;
  if (!is_up_) return host_.request_done(name, TreeAnswer::kNotNow);
  const Child* const child = find(name);
  if (child == nullptr) return start_instance(request);
  if (child->state == ChildState::kRestarting) {
    return host_.request_done(name, TreeAnswer::kRestarting);
  }
  if (child->state != ChildState::kDown) return host_.request_done(name, TreeAnswer::kRunning);
  task_ = Task::kStartOne;
  requested_ = name;
  to_start_.push_back(name);
}

void Tree::start_instance(const Event& request) {
  const std::string& name = request.name;
  const TreeChild* const spec = is_simple() ? spec_of_template(name) : nullptr;
  if (spec == nullptr) return host_.request_done(name, TreeAnswer::kUnknown);
  Child child = child_of({spec->name, request.own_kind.value_or(spec->restart)});
  child.spec.name = name;
  children_.push_back(std::move(child));
  task_ = Task::kStartOne;
  requested_ = name;
  to_start_.push_back(name);
}

void Tree::terminate_on_request(const std::string& name) {
  if (!is_up_) return host_.request_done(name, TreeAnswer::kNotNow);
  if (find(name) == nullptr) return host_.request_done(name, TreeAnswer::kUnknown);
  task_ = Task::kTerminateOne;
  requested_ = name;
  to_stop_.push_back(name);
}

// Stops what is left. What a task was about to do is dropped, and nothing is waited for but a child
// that is being stopped already.
void Tree::end_with(TreeEnd end) {
  task_ = Task::kEnd;
  end_ = end;
  const Child* const child = awaited_ ? find(*awaited_) : nullptr;
  if (child == nullptr || child->state != ChildState::kStopping) awaited_.reset();
  to_start_.clear();
  to_stop_.clear();
  for (std::string& name : names_reversed(0))
    to_stop_.push_back(std::move(name));
}

void Tree::come_to_rest() {
  is_up_ = false;
  if (requested_) answer(TreeAnswer::kNotNow);
  for (const Event& event : std::exchange(events_, {})) {
    const bool is_request =
        event.kind == Event::Kind::kStart || event.kind == Event::Kind::kTerminate;
    if (is_request) host_.request_done(event.name, TreeAnswer::kNotNow);
  }
  if (end_ == TreeEnd::kStopped) {
    log_.stopped();
  } else {
    log_.ended(end_);
    if (end_ == TreeEnd::kStartFailed) log_.start_failed();
  }
  host_.tree_has_ended(end_);
}

void Tree::answer(TreeAnswer answer) {
  const std::string name = std::move(*requested_);
  requested_.reset();
  host_.request_done(name, answer);
}

// --- children ---

void Tree::has_not_started(Child& child) {
  const std::string name = child.spec.name;
  if (awaited_ != name) return has_stopped(child);  // the tree is ending
  awaited_.reset();
  child.state = ChildState::kDown;
  if (task_ == Task::kStart) {
    culprit_ = name;
    return end_with(TreeEnd::kStartFailed);
  }
  if (task_ == Task::kRestart) {
    to_start_.clear();
    child.state = ChildState::kRestarting;
    events_.push_back({Event::Kind::kTryAgain, name});
    return;
  }
  task_ = Task::kNone;
  forget_or_keep(child);
  answer(TreeAnswer::kFailed);
}

void Tree::has_stopped(Child& child) {
  const std::string name = child.spec.name;
  if (child.state == ChildState::kEnded) {
    std::erase_if(events_, [&](const Event& event) {
      return event.kind == Event::Kind::kEnded && event.name == name;
    });
  }
  child.state = ChildState::kDown;
  if (awaited_ == name) awaited_.reset();
  forget_or_keep(child);
}

// Down for good: temporary children and instances have no way back.
void Tree::forget_or_keep(Child& child) {
  const bool is_kept = !is_simple() && child.spec.restart != ChildRestart::kTemporary;
  if (is_kept) return;
  const std::string name = child.spec.name;
  children_.erase(children_.begin() + (&child - children_.data()));
  host_.child_forgotten(name);
}

Tree::Child* Tree::find(const std::string& name) {
  const auto has_name = [&](const Child& child) { return child.spec.name == name; };
  const auto found = std::ranges::find_if(children_, has_name);
  return found == children_.end() ? nullptr : &*found;
}

const TreeChild* Tree::spec_of_template(const std::string& instance) const {
  const auto found = std::ranges::find(specs_, template_of(instance), &TreeChild::name);
  return found == specs_.end() ? nullptr : &*found;
}

Tree::Child Tree::child_of(const TreeChild& spec) const {
  Child child;
  child.spec = spec;
  const bool is_named = std::ranges::find(unit_.significant, spec.name) != unit_.significant.end();
  child.is_significant = is_named && spec.restart != ChildRestart::kPermanent;
  return child;
}

bool Tree::has_stopping_children() const {
  return std::ranges::any_of(
      children_, [](const Child& child) { return child.state == ChildState::kStopping; });
}

std::vector<std::string> Tree::names_reversed(std::size_t first) const {
  std::vector<std::string> names;
  for (std::size_t i = children_.size(); i > first; --i)
    names.push_back(children_[i - 1].spec.name);
  return names;
}

}  // namespace logq::supervise
