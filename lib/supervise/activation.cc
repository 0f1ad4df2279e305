#include "supervise/activation.h"

#include <signal.h>

#include <utility>

namespace logq::supervise {

Activation::Activation(ServiceRunner& service, std::vector<SocketRunner*> sockets, bool is_lazy)
    : service_(service),
      sockets_(std::move(sockets)),
      is_lazy_(is_lazy) {}

void Activation::begin() {
  is_lazy_ ? watch() : service_.start();
}

void Activation::take_signal(int signal) {
  is_stopped_ |= signal == SIGTERM || signal == SIGINT;
  if (!is_watching_) service_.take_signal(signal);
}

bool Activation::is_over(bool is_held) {
  const bool is_down = service_.is_over();
  if (is_watching_ && (is_held || !is_down)) unwatch();  // an operator has started it, or stopped
  if (is_watching_) return is_stopped_;
  if (!is_down || is_held) return false;
  const bool is_for_good = !is_lazy_ || is_stopped_ || has_failed_ ||
                           service_.service().result() == ServiceResult::kStartLimitHit;
  if (!is_for_good) watch();
  return is_for_good;
}

void Activation::watch() {
  is_watching_ = true;
  for (SocketRunner* const socket : sockets_)
    socket->watch([this, socket] { triggered(*socket); });
}

void Activation::unwatch() {
  is_watching_ = false;
  for (SocketRunner* const socket : sockets_)
    socket->unwatch();
}

void Activation::triggered(SocketRunner& socket) {
  unwatch();
  has_failed_ = !socket.admit_trigger();
  if (!has_failed_) service_.start();
}

}  // namespace logq::supervise
