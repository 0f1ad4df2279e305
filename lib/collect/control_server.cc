#include "collect/control_server.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/try.h"
#include "collect/control_message.h"
#include "collect/control_session.h"
#include "collect/event_result.h"
#include "collect/limits.h"

namespace logq::collect {
namespace {

constexpr std::size_t kReadBytes = 4096;

bool is_privileged(uid_t uid) {
  return uid == 0 || uid == ::geteuid();
}

}  // namespace

struct ControlServer::Connection {
  ControlServer& server;
  std::uint64_t id;
  uid_t uid;
  base::UniqueFd socket;
  ControlSession session;
  sd_event_source* event = nullptr;
  bool gone = false;  // the client has hung up altogether

  Connection(ControlServer& owner, std::uint64_t number, uid_t peer, base::UniqueFd fd)
      : server(owner),
        id(number),
        uid(peer),
        socket(std::move(fd)),
        session(owner.methods_, is_privileged(peer), [&owner, number](std::string message) {
          owner.answered(number, std::move(message));
        }) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { sd_event_source_disable_unref(event); }

  void read_once();
  void write_once();
  [[nodiscard]] std::uint32_t wanted_events() const;
};

void ControlServer::Connection::read_once() {
  std::array<char, kReadBytes> chunk;
  const ssize_t count = ::recv(socket.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
  if (count > 0) return session.received({chunk.data(), static_cast<std::size_t>(count)});
  if (count == 0) return session.input_ended();
  if (errno != EAGAIN && errno != EINTR) gone = true;
}

void ControlServer::Connection::write_once() {
  const std::string_view output = session.output();
  if (output.empty()) return;
  const ssize_t count =
      ::send(socket.get(), output.data(), output.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count >= 0) return session.taken(static_cast<std::size_t>(count));
  if (errno != EAGAIN && errno != EINTR) gone = true;
}

std::uint32_t ControlServer::Connection::wanted_events() const {
  if (!session.output().empty()) return EPOLLOUT;
  return session.wants_input() ? std::uint32_t{EPOLLIN} : 0;
}

ControlServer::ControlServer(ControlMethods methods) : methods_(std::move(methods)) {}

ControlServer::~ControlServer() {
  connections_.clear();
  sd_event_source_disable_unref(listener_event_);
}

Result<void> ControlServer::start(base::UniqueFd listener, sd_event* event) {
  listener_ = std::move(listener);
  event_ = event;
  LOGQ_TRY(event_result(
      sd_event_add_io(event, &listener_event_, listener_.get(), EPOLLIN, &on_listener, this),
      "sd_event_add_io"));
  return calls_turn_.start(event, [this] { answer_waiting_calls(); });
}

int ControlServer::on_listener(sd_event_source* /*source*/,
                               int /*fd*/,
                               std::uint32_t /*events*/,
                               void* self) {
  auto* server = static_cast<ControlServer*>(self);
  for (std::size_t i = 0; i < kAcceptsPerWakeup; ++i) {
    if (!server->accept_one()) break;
  }
  return 0;
}

// False when nobody waits any more.
bool ControlServer::accept_one() {
  base::UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket.is_open()) {
    const int error = errno;
    const bool none_free = error == EMFILE || error == ENFILE;
    if (none_free && reserve_.refuse_one(listener_.get())) ++refused_;
    return error == EINTR || error == ECONNABORTED;
  }
  const uid_t uid = peer_of(socket.get()).uid;
  if (has_room_for(uid)) {
    add(std::move(socket), uid);
  } else {
    ++refused_;
  }
  return true;
}

bool ControlServer::has_room_for(uid_t uid) const {
  if (connections_.size() >= kControlConnectionsMax) return false;
  if (is_privileged(uid)) return true;
  const auto of_others = std::ranges::count_if(
      connections_, [](const auto& item) { return !is_privileged(item.second->uid); });
  const auto of_user = std::ranges::count_if(
      connections_, [uid](const auto& item) { return item.second->uid == uid; });
  return static_cast<std::size_t>(of_others) < kControlConnectionsOfOthers &&
         static_cast<std::size_t>(of_user) < kControlConnectionsOfUser;
}

void ControlServer::add(base::UniqueFd socket, uid_t uid) {
  const std::uint64_t id = next_id_++;
  auto connection = std::make_unique<Connection>(*this, id, uid, std::move(socket));
  if (sd_event_add_io(event_, &connection->event, connection->socket.get(), EPOLLIN, &on_ready,
                      connection.get()) < 0) {
    ++refused_;
    return;
  }
  connections_.emplace(id, std::move(connection));
}

int ControlServer::on_ready(sd_event_source* /*source*/,
                            int /*fd*/,
                            std::uint32_t events,
                            void* connection) {
  auto& ready = *static_cast<Connection*>(connection);
  if ((events & EPOLLIN) != 0) ready.read_once();
  // Told of again and again, also while nothing is asked of the socket. Who has said something and
  // hung up is still served, but nobody is left for the answer that takes time.
  const bool hung_up = (events & (EPOLLHUP | EPOLLERR)) != 0;
  if (hung_up && (events & EPOLLIN) == 0 && !ready.session.has_call()) ready.gone = true;
  ready.server.serve(ready);
  return 0;
}

void ControlServer::answer_waiting_calls() {
  for (const std::uint64_t id : std::exchange(with_calls_, {})) {
    const auto found = connections_.find(id);
    if (found != connections_.end()) serve(*found->second);
  }
  calls_turn_.set(!with_calls_.empty());
}

// Sends what is to be sent, and answers one call.
void ControlServer::serve(Connection& connection) {
  connection.write_once();
  if (!connection.gone && connection.session.has_call()) {
    connection.session.answer_call();
    connection.write_once();
  }
  settle(connection);
}

// What comes next for it.
void ControlServer::settle(Connection& connection) {
  if (connection.gone || connection.session.is_over()) {
    connections_.erase(connection.id);
    return;
  }
  sd_event_source_set_io_events(connection.event, connection.wanted_events());
  const bool is_listed = std::ranges::find(with_calls_, connection.id) != with_calls_.end();
  if (connection.session.has_call() && !is_listed) {
    with_calls_.push_back(connection.id);
    calls_turn_.set(true);
  }
}

void ControlServer::answered(std::uint64_t id, std::string message) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;  // it did not wait for it
  found->second->session.answered(std::move(message));
  found->second->write_once();
  settle(*found->second);
}

}  // namespace logq::collect
