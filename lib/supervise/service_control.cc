#include "supervise/service_control.h"

#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "base/clock.h"
#include "base/try.h"
#include "supervise/control_answer.h"
#include "supervise/service_facts.h"

namespace logq::supervise {
namespace {

// What is to be waited for with an order.
std::optional<JobType> job_of(ControlVerb verb) {
  switch (verb) {
    case ControlVerb::kStart:
    case ControlVerb::kOnce:
    case ControlVerb::kRestart:
      return JobType::kStart;  // a restart is over when it has started
    case ControlVerb::kStop:
    case ControlVerb::kExit:
      return JobType::kStop;
    case ControlVerb::kReload:
      return JobType::kReload;
    default:
      return std::nullopt;
  }
}

}  // namespace

Result<std::unique_ptr<ServiceControl>> ServiceControl::create(
    std::unique_ptr<ControlDirectory> directory,
    ServiceRunner& runner,
    EventLoop& loop,
    ServiceOwner owner) {
  std::unique_ptr<ServiceControl> made(
      new ServiceControl(std::move(directory), runner, std::move(owner)));
  LOGQ_TRY(made->prepare(loop));
  return made;
}

Result<void> ServiceControl::prepare(EventLoop& loop) {
  socket_ = LOGQ_TRY(ControlSocket::create(
      directory_->listener(), loop,
      [this](ControlSocket::Client client, std::string_view line) { take_line(client, line); }));
  letters_ = LOGQ_TRY(loop.watch(directory_->control(), EPOLLIN, Turn::kRest,
                                 [this](std::uint32_t /*events*/) { read_letters(); }));
  told_.since_usec = base::realtime_usec();
  told_.wanted = 'u';
  active_ = active_name_of(runner_.service().state());
  active_since_usec_ = told_.since_usec;
  LOGQ_TRY(directory_->write_status(told_));
  runner_.add_observer(*this);
  return {};
}

// Who was told that it is gone must not find it.
ServiceControl::~ServiceControl() {
  runner_.remove_observer(*this);
  directory_->remove();
  for (const Waiting& one : waiting_)
    socket_->answer(one.client,
                    one.job == JobType::kStop ? control_result() : control_refusal("it is gone"));
}

void ServiceControl::let_go() {
  is_leaving_ = true;
}

void ServiceControl::refuse_waiting(std::string_view why) {
  for (const Waiting& one : std::exchange(waiting_, {})) {
    if (one.job) {
      socket_->answer(one.client, control_refusal(why));
    } else {
      waiting_.push_back(one);
    }
  }
}

// --- what is asked ---

void ServiceControl::read_letters() {
  for (const char letter : directory_->read_letters())
    if (const auto order = order_of_letter(letter)) obey(*order);
}

void ServiceControl::take_line(ControlSocket::Client client, std::string_view line) {
  const auto order = parse_control_line(line);
  if (!order) return socket_->answer(client, control_refusal("no such request"));
  std::erase_if(waiting_, [&](const Waiting& one) { return !socket_->is_there(one.client); });
  if (order->verb == ControlVerb::kStatus) return socket_->answer(client, describe());
  if (order->verb == ControlVerb::kWait) {
    if (runner_.service().is_at_rest()) return socket_->answer(client, describe());
    waiting_.push_back({client, std::nullopt});
    return;
  }
  if (!order->unit.empty()) return socket_->answer(client, control_refusal("no such request"));
  if (order->verb == ControlVerb::kStart && owner_.owns_instance)
    return socket_->answer(client, control_refusal("it has been started already"));
  const auto job = job_of(order->verb);
  if (job && order->waits) return take_job(client, *order, *job);
  socket_->answer(client,
                  obey(*order) ? control_result() : control_refusal("it cannot do that now"));
}

void ServiceControl::take_job(ControlSocket::Client client,
                              const ControlOrder& order,
                              JobType job) {
  last_done_.reset();
  if (!obey(order)) return socket_->answer(client, control_refusal("it cannot do that now"));
  if (is_done_when_gone(job)) {
    waiting_.push_back({client, job});
    return;
  }
  // A start that a restart has put an end to is not this one's.
  const bool is_told = last_done_ && last_done_->result != JobResult::kCanceled;
  if (is_told) return answer_done({client, job}, *last_done_);
  if (is_done(job)) return socket_->answer(client, control_result());
  waiting_.push_back({client, job});
}

// Whether there is nothing to wait for.
bool ServiceControl::is_done(JobType job) const {
  const ServiceState state = runner_.service().state();
  if (job == JobType::kStop) return runner_.service().is_at_rest();
  return job == JobType::kStart &&
         (active_name_of(state) == "active" || active_name_of(state) == "reloading");
}

bool ServiceControl::obey(const ControlOrder& order) {
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
    case ControlVerb::kOnce:
      return once();
    case ControlVerb::kLeave:
      return leave();
    case ControlVerb::kExit:
      if (!leave()) return false;
      stop();
      return true;
    case ControlVerb::kReload:
      return runner_.reload();
    case ControlVerb::kReset:
      runner_.reset();
      return true;
    case ControlVerb::kPause:
      return send_signal(SIGSTOP);
    case ControlVerb::kContinue:
      return send_signal(SIGCONT);
    case ControlVerb::kKill:
      runner_.signal_everybody(order.signal);
      return true;
    case ControlVerb::kSignal:
      return send_signal(order.signal);
    default:
      return false;
  }
}

// What was sent SIGTERM is about to end, and "up" behind that means: again ("sv restart").
void ServiceControl::start() {
  want(Wanted::kUp);
  if (told_.got_term && told_.pid != 0 && !runner_.service().is_stopping())
    return runner_.run_again();
  has_owner() ? owner_.start() : runner_.start();
}

void ServiceControl::stop() {
  told_.got_term |= told_.pid != 0;
  told_.is_paused = false;
  want(Wanted::kDown);
  has_owner() ? owner_.stop() : runner_.stop();
}

void ServiceControl::restart() {
  if (runner_.service().is_at_rest()) return start();
  want(Wanted::kUp);
  runner_.restart();
}

// Whether it is restarted, and when its supervisor ends, is for its owner to say.
bool ServiceControl::once() {
  if (has_owner()) return false;
  want(Wanted::kOnce);
  runner_.start_once();
  return true;
}

bool ServiceControl::leave() {
  if (has_owner()) return false;
  is_leaving_ = true;
  return true;
}

bool ServiceControl::send_signal(int signal) {
  if (!runner_.service().main_pid()) return false;
  if (signal == SIGHUP && runner_.reload()) return true;
  told_.is_paused = signal == SIGSTOP || (told_.is_paused && signal != SIGCONT);
  told_.got_term |= signal == SIGTERM;
  runner_.hand_on(signal);
  write_status();
  return true;
}

void ServiceControl::want(Wanted wanted) {
  wanted_ = wanted;
  told_.wanted = wanted == Wanted::kUp ? 'u' : wanted == Wanted::kDown ? 'd' : '\0';
  write_status();
}

// --- what happens ---

void ServiceControl::state_changed() {
  const Service& service = runner_.service();
  if (const auto active = active_name_of(service.state()); active != active_) {
    active_ = active;
    active_since_usec_ = base::realtime_usec();
  }
  // With its siblings it is started though it was held down; but who wants it down now may only
  // have to wait for that.
  const bool is_stop_awaited =
      std::ranges::any_of(waiting_, [](const Waiting& one) { return one.job == JobType::kStop; });
  if (has_owner() && service.state() == ServiceState::kStart && !is_stop_awaited)
    wanted_ = Wanted::kUp;
  const bool is_finishing = service.state() == ServiceState::kStopPost;
  SupervisedState now = told_;
  if (wanted_ == Wanted::kUp) now.wanted = 'u';
  now.pid = service.main_pid().value_or(is_finishing ? service.control_pid().value_or(0) : 0);
  now.run = SupervisedState::Run::kDown;
  if (now.pid != 0)
    now.run = is_finishing ? SupervisedState::Run::kFinish : SupervisedState::Run::kRun;
  if (now == told_) return;
  if (now.pid != told_.pid) {
    now.since_usec = base::realtime_usec();
    now.is_paused = false;
    now.got_term = false;
  }
  told_ = now;
  write_status();
}

// What cannot be written now is written with the next change: there is nobody to tell but the log,
// and that the disk is full is in there already.
void ServiceControl::write_status() {
  std::ignore = directory_->write_status(told_);
}

void ServiceControl::job_done(JobType type, JobResult result) {
  last_done_ = {type, result};
  std::vector<Waiting> told;
  std::erase_if(waiting_, [&](const Waiting& one) {
    const bool is_told = one.job && is_answered_by(one, type);
    if (is_told) told.push_back(one);
    return is_told;
  });
  for (const Waiting& waiting : told)
    answer_done(waiting, *last_done_);
}

// What a tree was asked for may have to wait for its turn; until then the service's jobs are
// others.
bool ServiceControl::is_answered_by(const Waiting& waiting, JobType done) const {
  if (is_done_when_gone(*waiting.job)) return false;
  if (!has_owner() || waiting.job == done) return true;
  const bool is_still_wanted = waiting.job == JobType::kStart  ? wanted_ == Wanted::kUp
                               : waiting.job == JobType::kStop ? wanted_ == Wanted::kDown
                                                               : false;
  return !is_still_wanted;
}

void ServiceControl::answer_done(const Waiting& waiting, const JobDone& done) {
  // Another order has come between.
  const JobResult result = done.type == waiting.job ? done.result : JobResult::kCanceled;
  socket_->answer(waiting.client, control_result(result));
}

void ServiceControl::came_to_rest() {
  const std::string text = describe();
  std::erase_if(waiting_, [&](const Waiting& one) {
    if (one.job) return false;
    socket_->answer(one.client, text);
    return true;
  });
}

std::string ServiceControl::describe() const {
  ServiceFacts facts;
  facts.wanted = wanted_ == Wanted::kUp ? "up" : wanted_ == Wanted::kDown ? "down" : "once";
  facts.is_paused = told_.is_paused;
  facts.is_leaving = is_leaving_;
  facts.active_since_usec = active_since_usec_;
  return describe_service(runner_, facts);
}

}  // namespace logq::supervise
