// ControlSocket: connections on which one line is asked and one text is answered, then or later.
//
// Nothing here waits for a client: who has not asked yet gives way to newer ones, who does not read
// loses what its socket has no room for. Only root and our own user are answered. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "logq/result.h"
#include "supervise/event_loop.h"

namespace logq::supervise {

class ControlSocket {
 public:
  using Client = std::uint64_t;
  static constexpr std::size_t kConnectionsMax = 64;

  // `listener` and `loop` are borrowed; `on_line` gets a line without its newline, and may answer.
  [[nodiscard]] static Result<std::unique_ptr<ControlSocket>> create(
      int listener, EventLoop& loop, std::function<void(Client, std::string_view)> on_line);

  // The end of the conversation. Nothing happens where the client has gone.
  void answer(Client client, std::string_view text);
  [[nodiscard]] bool is_there(Client client) const { return connections_.contains(client); }

 private:
  struct Connection {
    base::UniqueFd socket;
    EventSource source;
    std::string line;  // what has come of it
    bool has_asked = false;
  };

  ControlSocket(int listener,
                EventLoop& loop,
                std::function<void(Client, std::string_view)> on_line)
      : listener_(listener),
        loop_(loop),
        on_line_(std::move(on_line)) {}
  Result<void> prepare();
  void accept_one();
  bool make_room();
  void add(base::UniqueFd socket);
  void watch(Client client, std::uint32_t events);
  void ready(Client client, std::uint32_t events);
  void take_line(Client client);

  const int listener_;
  EventLoop& loop_;
  const std::function<void(Client, std::string_view)> on_line_;
  EventSource source_;
  EventSource pause_;
  std::map<Client, Connection> connections_;  // oldest first
  Client next_ = 1;
};

}  // namespace logq::supervise
