#include "supervise/template_control.h"

#include <sys/epoll.h>

#include <tuple>
#include <utility>

#include "base/clock.h"
#include "base/try.h"
#include "supervise/control_answer.h"
#include "supervise/unit_files.h"

namespace logq::supervise {

Result<std::unique_ptr<TemplateControl>> TemplateControl::create(
    std::unique_ptr<ControlDirectory> directory, std::string name, EventLoop& loop, Begin begin) {
  std::unique_ptr<TemplateControl> made(
      new TemplateControl(std::move(directory), std::move(name), std::move(begin)));
  LOGQ_TRY(made->prepare(loop));
  return made;
}

TemplateControl::TemplateControl(std::unique_ptr<ControlDirectory> directory,
                                 std::string name,
                                 Begin begin)
    : directory_(std::move(directory)),
      name_(std::move(name)),
      begin_(std::move(begin)) {}

// For daemontools and runit it is a service that is down, and that does nothing of what they say.
Result<void> TemplateControl::prepare(EventLoop& loop) {
  socket_ = LOGQ_TRY(ControlSocket::create(
      directory_->listener(), loop,
      [this](ControlSocket::Client client, std::string_view line) { take_line(client, line); }));
  letters_ = LOGQ_TRY(loop.watch(directory_->control(), EPOLLIN, Turn::kRest,
                                 [this](std::uint32_t /*events*/) { read_letters(); }));
  SupervisedState state;
  state.since_usec = base::realtime_usec();
  return directory_->write_status(state);
}

void TemplateControl::read_letters() {
  std::ignore = directory_->read_letters();
}

void TemplateControl::take_line(ControlSocket::Client client, std::string_view line) {
  const auto order = parse_control_line(line);
  if (!order) return socket_->answer(client, control_refusal("no such request"));
  if (order->unit.empty()) {
    return socket_->answer(
        client, control_refusal("it is a template: only its instances can be ordered about"));
  }
  if (template_of(order->unit) != name_) {
    return socket_->answer(client, control_refusal("it is no instance of " + name_));
  }
  start(client, *order);
}

void TemplateControl::start(ControlSocket::Client client, const ControlOrder& order) {
  const std::string why = begin_(order.unit);
  if (!why.empty()) return socket_->answer(client, control_refusal(why));
  if (!order.waits) return socket_->answer(client, control_result());
  waiting_[order.unit] = client;
}

void TemplateControl::answered(const std::string& instance, TreeAnswer answer) {
  const auto found = waiting_.find(instance);
  if (found == waiting_.end()) return;
  const ControlSocket::Client client = found->second;
  waiting_.erase(found);
  if (answer == TreeAnswer::kDone) return socket_->answer(client, control_result());
  if (answer == TreeAnswer::kFailed)
    return socket_->answer(client, control_result(JobResult::kFailed));
  if (answer == TreeAnswer::kCanceled)
    return socket_->answer(client, control_result(JobResult::kCanceled));
  socket_->answer(client, control_refusal("its tree is stopping"));
}

}  // namespace logq::supervise
