#include "supervise/control_socket.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <tuple>
#include <utility>

#include "base/clock.h"
#include "base/quantity.h"
#include "base/try.h"
#include "supervise/control_answer.h"
#include "supervise/control_order.h"

namespace logq::supervise {
namespace {

bool is_of_ours(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         (peer.uid == 0 || peer.uid == ::geteuid());
}

void send_text(const base::UniqueFd& socket, std::string_view text) {
  std::ignore = ::send(socket.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

Result<std::unique_ptr<ControlSocket>> ControlSocket::create(
    int listener, EventLoop& loop, std::function<void(Client, std::string_view)> on_line) {
  std::unique_ptr<ControlSocket> made(new ControlSocket(listener, loop, std::move(on_line)));
  LOGQ_TRY(made->prepare());
  return made;
}

Result<void> ControlSocket::prepare() {
  source_ = LOGQ_TRY(loop_.watch(listener_, EPOLLIN, Turn::kRest,
                                 [this](std::uint32_t /*events*/) { accept_one(); }));
  pause_ = LOGQ_TRY(loop_.add_timer([this] { source_.resume(); }));
  return {};
}

void ControlSocket::accept_one() {
  base::UniqueFd socket(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (socket.is_open()) {
    if (!is_of_ours(socket.get())) return send_text(socket, control_refusal("not permitted"));
    if (!make_room()) return send_text(socket, control_refusal("too many are waiting already"));
    return add(std::move(socket));
  }
  if (errno != EMFILE && errno != ENFILE && errno != ENOMEM && errno != ENOBUFS) return;
  // The one that cannot be accepted would wake us again at once.
  source_.pause();
  pause_.set_time(base::monotonic_usec() + base::kUsecPerSecond);
}

// Of those that have not asked anything the oldest goes; who waits for an answer stays.
bool ControlSocket::make_room() {
  if (connections_.size() < kConnectionsMax) return true;
  const auto silent =
      std::ranges::find_if(connections_, [](const auto& item) { return !item.second.has_asked; });
  if (silent == connections_.end()) return false;
  connections_.erase(silent);
  return true;
}

void ControlSocket::add(base::UniqueFd socket) {
  const Client client = next_++;
  connections_[client].socket = std::move(socket);
  watch(client, EPOLLIN);
}

void ControlSocket::watch(Client client, std::uint32_t events) {
  Connection& connection = connections_.at(client);
  connection.source.reset();  // a descriptor is watched once
  auto source = loop_.watch(connection.socket.get(), events, Turn::kRest,
                            [this, client](std::uint32_t happened) { ready(client, happened); });
  if (source) {
    connection.source = *std::move(source);
  } else {
    connections_.erase(client);
  }
}

void ControlSocket::ready(Client client, std::uint32_t events) {
  Connection& connection = connections_.at(client);
  std::array<char, kControlLineMax + 1> bytes{};
  if (connection.has_asked || (events & EPOLLIN) == 0) {
    connections_.erase(client);  // it has hung up
    return;
  }
  const ssize_t count = ::recv(connection.socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    connections_.erase(client);
    return;
  }
  connection.line.append(bytes.data(), static_cast<std::size_t>(count));
  take_line(client);
}

void ControlSocket::take_line(Client client) {
  Connection& connection = connections_.at(client);
  const std::size_t end = connection.line.find('\n');
  if (std::min(end, connection.line.size()) > kControlLineMax)
    return answer(client, control_refusal("the line is too long"));
  if (end == std::string::npos) return;
  const std::string line = connection.line.substr(0, end);
  connection.has_asked = true;
  connection.line = {};
  on_line_(client, line);
  // From here on it is only heard of when it goes.
  if (is_there(client)) watch(client, 0);
}

void ControlSocket::answer(Client client, std::string_view text) {
  const auto found = connections_.find(client);
  if (found == connections_.end()) return;
  send_text(found->second.socket, text);
  connections_.erase(found);
}

}  // namespace logq::supervise
