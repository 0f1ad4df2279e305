#include "supervise/socket_runner.h"

#include <sys/epoll.h>

#include <string>
#include <tuple>
#include <utility>

#include "base/clock.h"
#include "supervise/socket_options.h"

namespace logq::supervise {

SocketRunner::SocketRunner(const SocketUnit& unit, LifecycleLog& log, EventLoop& loop)
    : unit_(unit),
      log_(log),
      loop_(loop),
      triggers_(unit.trigger_limit.interval_usec, unit.trigger_burst()) {}

bool SocketRunner::open() {
  log_.begin_invocation(Id128::random());
  if (open_door()) {
    log_.started();
    return true;
  }
  log_.failed(name_of(ServiceResult::kResources));
  log_.start_failed();
  return false;
}

bool SocketRunner::open_door() {
  auto opened = ListeningSockets::open(unit_);
  if (!opened) {
    failure_ = opened.error().text();
    log_.listening_failed(opened.error().address, opened.error().sys_errno);
    return false;
  }
  sockets_ = *std::move(opened);
  for (const SocketFailure& warning : sockets_->warnings())
    log_.hindered(warning.text());
  return true;
}

void SocketRunner::close_door() {
  unwatch();
  sockets_.reset();
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
  watch_each([on_traffic = std::move(on_traffic)](int /*socket*/) { on_traffic(); });
}

void SocketRunner::watch_each(const std::function<void(int socket)>& on_traffic) {
  for (const base::UniqueFd& socket : sockets_->descriptors()) {
    auto source =
        loop_.watch(socket.get(), EPOLLIN, Turn::kRest,
                    [on_traffic, fd = socket.get()](std::uint32_t /*events*/) { on_traffic(fd); });
    if (!source)
      log_.hindered("Nothing is heard of what comes in: " + source.error().message() + ".");
    if (source) watched_.push_back(*std::move(source));
  }
}

bool SocketRunner::admit_trigger() {
  if (triggers_.admit(base::monotonic_usec())) return true;
  log_.trigger_limit_hit();
  fail(ServiceResult::kTriggerLimitHit);
  return false;
}

void SocketRunner::fail(ServiceResult result) {
  unwatch();
  if (commands_ != nullptr) return commands_->fail(result);
  log_.failed(name_of(result));
  close_door();
}

void SocketRunner::accept(Begin begin) {
  unwatch();
  if (!sockets_) return;
  begin_ = std::move(begin);
  sockets_->make_nonblocking();
  watch_each([this](int listener) { accept_from(listener); });
}

void SocketRunner::accept_from(int listener) {
  auto connection = accept_connection(listener);
  if (!connection) {
    if (connection.error().code == Errc::kBusy) return;
    log_.accept_failed(connection.error().sys_errno);
    return fail(ServiceResult::kResources);
  }
  // Whoever has gone meanwhile, or an option that cannot be had, is no reason not to serve.
  std::ignore = set_socket_options(connection->fd.get(), unit_.options);
  if (!admit_trigger() || !has_room(connection->source)) return;
  const std::string source = connection->source;
  ++connections_;
  if (!source.empty()) ++connections_by_source_[source];
  if (begin_(accepted_++, *std::move(connection))) return;
  connection_ended(source);
  log_.activation_failed();
  fail(ServiceResult::kResources);
}

bool SocketRunner::has_room(const std::string& source) {
  if (connections_ >= unit_.max_connections) {
    log_.too_many_connections(connections_, {});
    return false;
  }
  if (unit_.max_connections_per_source == 0 || source.empty()) return true;
  const auto found = connections_by_source_.find(source);
  const unsigned with_this = found == connections_by_source_.end() ? 1 : found->second + 1;
  if (with_this <= unit_.max_connections_per_source) return true;
  log_.too_many_connections(with_this, source);
  return false;
}

void SocketRunner::connection_ended(const std::string& source) {
  --connections_;
  const auto found = connections_by_source_.find(source);
  if (found != connections_by_source_.end() && --found->second == 0)
    connections_by_source_.erase(found);
}

void SocketRunner::close() {
  if (!sockets_) return;
  close_door();
  log_.deactivated();
  log_.stopped();
}

}  // namespace logq::supervise
