#include "supervise/tree_control.h"

#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <tuple>
#include <utility>

#include "base/clock.h"
#include "base/try.h"
#include "supervise/control_answer.h"
#include "supervise/tree_facts.h"

namespace logq::supervise {
namespace {

constexpr std::string_view kCannot = "a tree cannot do that";

// What is to be waited for with an order. A reload of all services is not.
std::optional<JobType> awaited_job(ControlVerb verb) {
  if (verb == ControlVerb::kStart) return JobType::kStart;
  if (verb == ControlVerb::kRestart) return JobType::kRestart;
  if (verb == ControlVerb::kStop || verb == ControlVerb::kExit) return JobType::kStop;
  return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<TreeControl>> TreeControl::create(
    std::unique_ptr<ControlDirectory> directory,
    TreeRunner& runner,
    EventLoop& loop,
    ServiceOwner owner) {
  std::unique_ptr<TreeControl> made(
      new TreeControl(std::move(directory), runner, std::move(owner)));
  LOGQ_TRY(made->prepare(loop));
  return made;
}

TreeControl::TreeControl(std::unique_ptr<ControlDirectory> directory,
                         TreeRunner& runner,
                         ServiceOwner owner)
    : directory_(std::move(directory)),
      runner_(runner),
      owner_(std::move(owner)) {}

Result<void> TreeControl::prepare(EventLoop& loop) {
  socket_ = LOGQ_TRY(ControlSocket::create(
      directory_->listener(), loop,
      [this](ControlSocket::Client client, std::string_view line) { take_line(client, line); }));
  letters_ = LOGQ_TRY(loop.watch(directory_->control(), EPOLLIN, Turn::kRest,
                                 [this](std::uint32_t /*events*/) { read_letters(); }));
  note_state();
  return {};
}

void TreeControl::let_go() {
  is_leaving_ = true;
  will_restart(false);
}

void TreeControl::refuse_waiting(std::string_view why) {
  will_restart(false);
  for (const Waiting& one : std::exchange(waiting_, {})) {
    if (one.job) {
      socket_->answer(one.client, control_refusal(why));
    } else {
      waiting_.push_back(one);
    }
  }
}

// --- what is asked ---

void TreeControl::read_letters() {
  for (const char letter : directory_->read_letters())
    if (const auto order = order_of_letter(letter)) obey(*order);
}

void TreeControl::take_line(ControlSocket::Client client, std::string_view line) {
  const auto order = parse_control_line(line);
  if (!order || !order->unit.empty())
    return socket_->answer(client, control_refusal("no such request"));
  if (order->verb == ControlVerb::kStatus) return socket_->answer(client, describe());
  std::erase_if(waiting_, [&](const Waiting& one) { return !socket_->is_there(one.client); });
  Waiting waiting{client, awaited_job(order->verb), runner_.invocation()};
  // The start that is under way is this one.
  const bool is_under_way =
      runner_.state() == TreeState::kStarting || runner_.state() == TreeState::kUp;
  if (order->verb == ControlVerb::kStart && is_under_way) waiting.before = Id128{};
  if (order->verb != ControlVerb::kWait && !obey(*order))
    return socket_->answer(client, control_refusal(kCannot));
  const bool is_awaited = order->verb == ControlVerb::kWait || (waiting.job && order->waits);
  if (!is_awaited) return socket_->answer(client, control_result());
  if (const auto answer = answer_to(waiting)) return socket_->answer(client, *answer);
  waiting_.push_back(waiting);
}

bool TreeControl::obey(const ControlOrder& order) {
  switch (order.verb) {
    case ControlVerb::kStart:
      start();
      return true;
    case ControlVerb::kStop:
      stop();
      return true;
    case ControlVerb::kRestart:
      restart();
      return true;
    case ControlVerb::kReload:
      reload();
      return true;
    case ControlVerb::kLeave:
    case ControlVerb::kExit:
      if (has_owner()) return false;  // its supervisor has others
      let_go();
      if (order.verb == ControlVerb::kExit) stop();
      return true;
    case ControlVerb::kSignal:
      if (order.signal != SIGHUP && order.signal != SIGTERM) return false;
      order.signal == SIGHUP ? reload() : restart();
      return true;
    default:
      return false;
  }
}

void TreeControl::start() {
  is_held_down_ = false;
  // The outermost one does not begin before it has ended.
  is_restarting_ = !has_owner() && runner_.state() == TreeState::kEnding;
  has_owner() ? owner_.start() : runner_.start();
  write_status();
}

void TreeControl::stop() {
  is_held_down_ = true;
  will_restart(false);
  has_owner() ? owner_.stop() : runner_.stop();
  write_status();
}

void TreeControl::restart() {
  if (runner_.state() == TreeState::kDown) return start();
  stop();
  is_held_down_ = false;
  will_restart(true);
}

void TreeControl::will_restart(bool will) {
  is_restarting_ = will;
  runner_.expect_start(will);
}

void TreeControl::reload() {
  runner_.for_each_service([](ServiceRunner& service) { service.reload(); });
}

// --- what happens ---

bool TreeControl::look() {
  note_state();
  std::erase_if(waiting_, [&](const Waiting& one) {
    const auto answer = answer_to(one);
    if (answer) socket_->answer(one.client, *answer);
    return answer.has_value();
  });
  if (!is_restarting_ || runner_.state() != TreeState::kDown) return false;
  start();
  return true;
}

std::optional<std::string> TreeControl::answer_to(const Waiting& waiting) const {
  const TreeState state = runner_.state();
  const bool is_another = runner_.invocation() != waiting.before;
  const bool has_ended = state == TreeState::kDown || is_another;
  if (!waiting.job) return has_ended ? std::optional(describe()) : std::nullopt;
  if (waiting.job == JobType::kStop)
    return has_ended ? std::optional(control_result()) : std::nullopt;
  if (!is_another || is_restarting_) return std::nullopt;
  if (state == TreeState::kUp) return control_result();
  if (state == TreeState::kDown) return control_result(JobResult::kFailed);
  return std::nullopt;
}

void TreeControl::note_state() {
  const std::string_view active = active_name_of(runner_);
  if (active == active_) return;
  active_ = active;
  active_since_usec_ = base::realtime_usec();
  // With its siblings it is started though it was held down.
  if (has_owner() && runner_.state() == TreeState::kStarting) is_held_down_ = false;
  write_status();
}

// The process of a tree is its supervisor's. What cannot be written now is written with the next
// change.
void TreeControl::write_status() {
  SupervisedState state;
  state.since_usec = active_since_usec_;
  state.wanted = is_held_down_ ? 'd' : 'u';
  if (runner_.state() != TreeState::kDown) {
    state.pid = ::getpid();
    state.run = SupervisedState::Run::kRun;
  }
  std::ignore = directory_->write_status(state);
}

std::string TreeControl::describe() const {
  TreeFacts facts;
  facts.wanted = is_held_down_ ? "down" : "up";
  facts.is_leaving = is_leaving_;
  facts.active_since_usec = active_since_usec_;
  return describe_tree(runner_, facts);
}

}  // namespace logq::supervise
