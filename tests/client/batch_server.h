// A collector's batch socket, played by the test: it says what the test wants, when it wants.
#pragma once

#include <poll.h>

#include <optional>
#include <string>
#include <vector>

#include "support/unix_socket.h"
#include "wire/batch_protocol.h"

namespace logq::test {

class BatchServer {
 public:
  explicit BatchServer(const std::string& path)
      : listener_(bind_unix(path, SOCK_SEQPACKET | SOCK_NONBLOCK)) {}

  // The client's next connection takes the place of the one before. False where none comes.
  bool accept() {
    if (!is_ready(listener_.get())) return false;
    connection_ = base::UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    return connection_.is_open();
  }
  void hang_up() { connection_.reset(); }

  template <typename Reply>
  void say(const Reply& reply) {
    const std::string message = wire::encode_batch_reply(reply);
    if (::send(connection_.get(), message.data(), message.size(), MSG_NOSIGNAL) < 0)
      throw std::runtime_error("nobody hears the batch server");
  }

  struct Heard {
    Id128 client_id;
    std::uint64_t number = 0;
    std::uint32_t count = 0;
    std::string entries;
  };
  // The next message of the client; nothing where there is none at the moment.
  std::optional<Heard> hear() {
    const ssize_t size = ::recv(connection_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (size <= 0) return std::nullopt;
    const auto batch = wire::decode_batch({buffer_.data(), static_cast<std::size_t>(size)});
    if (!batch) throw std::runtime_error("the client does not keep to the protocol");
    return Heard{batch->client_id, batch->number, batch->count, std::string(batch->entries)};
  }

 private:
  static bool is_ready(int fd) {
    pollfd wait{fd, POLLIN, 0};
    return ::poll(&wait, 1, 2000) == 1;
  }

  base::UniqueFd listener_;
  base::UniqueFd connection_;
  std::string buffer_ = std::string(std::size_t{1} << 20, '\0');
};

}  // namespace logq::test
