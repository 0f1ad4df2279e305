#include "supervise/socket_runner.h"

#include <sys/epoll.h>

#include <string>
#include <utility>

#include "base/clock.h"

namespace logq::supervise {

SocketRunner::SocketRunner(const SocketUnit& unit, LifecycleLog& log, EventLoop& loop)
    : unit_(unit),
      log_(log),
      loop_(loop),
      triggers_(unit.trigger_limit.interval_usec, unit.trigger_limit.burst) {}

bool SocketRunner::open(std::string& failure) {
  log_.begin_invocation(Id128::random());
  auto opened = ListeningSockets::open(unit_);
  if (!opened) {
    failure = unit_.name + ": " + opened.error().text();
    log_.listening_failed(opened.error().address, opened.error().sys_errno);
    return false;
  }
  sockets_ = *std::move(opened);
  for (const SocketFailure& warning : sockets_->warnings())
    log_.complained(warning.text());
  log_.listening();
  return true;
}

std::vector<PassedDescriptor> SocketRunner::descriptors() const {
  std::vector<PassedDescriptor> descriptors;
  if (!sockets_) return descriptors;
  for (const base::UniqueFd& socket : sockets_->descriptors())
    descriptors.push_back({socket.get(), sockets_->name()});
  return descriptors;
}

void SocketRunner::watch(std::function<void()> on_traffic) {
  unwatch();
  if (!sockets_) return;
  if (unit_.flushes_pending) sockets_->flush();
  sockets_->make_blocking();
  for (const base::UniqueFd& socket : sockets_->descriptors()) {
    auto source = loop_.watch(socket.get(), EPOLLIN, Turn::kRest,
                              [on_traffic](std::uint32_t /*events*/) { on_traffic(); });
    if (source) watched_.push_back(*std::move(source));
  }
}

bool SocketRunner::admit_trigger() {
  if (triggers_.admit(base::monotonic_usec())) return true;
  log_.trigger_limit_hit();
  unwatch();
  sockets_.reset();
  return false;
}

void SocketRunner::close() {
  if (!sockets_) return;
  unwatch();
  sockets_.reset();
  log_.deactivated();
  log_.closed();
}

}  // namespace logq::supervise
