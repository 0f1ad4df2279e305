#include "support/batch_client.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>

#include "support/child_process.h"
#include "support/unix_socket.h"
#include "wire/native_protocol.h"

namespace logq::test {
std::string batch_message(const Id128& client,
                          std::uint64_t number,
                          const std::vector<std::string>& texts) {
  std::string message =
      wire::encode_batch_header({client, number, static_cast<std::uint32_t>(texts.size()), {}});
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) message += '\n';
    wire::encode_native_field("MESSAGE", texts[i], message);
  }
  return message;
}

BatchClient::BatchClient(base::UniqueFd socket, const Id128& id) : fd_(std::move(socket)), id_(id) {
  const int bytes = 1 << 20;
  ::setsockopt(fd(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

BatchClient::BatchClient(const std::string& path, const Id128& id)
    : BatchClient(connect_unix(path, SOCK_SEQPACKET), id) {}

void BatchClient::end_sending() const {
  ::shutdown(fd(), SHUT_WR);
}

bool BatchClient::send(std::uint64_t number, const std::vector<std::string>& texts) const {
  return send_bytes(batch_message(id_, number, texts));
}

bool BatchClient::ask() const {
  return send_bytes(wire::encode_batch_header({id_, 0, 0, {}}));
}

bool BatchClient::send_bytes(std::string_view message, int flags) const {
  ssize_t sent = -1;
  do {
    sent = ::send(fd(), message.data(), message.size(), flags | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(message.size());
}

std::optional<wire::BatchReply> BatchClient::receive() const {
  pollfd ready{fd(), POLLIN, 0};
  const auto wait = std::chrono::milliseconds(kHangs).count();
  if (::poll(&ready, 1, static_cast<int>(wait)) != 1) return std::nullopt;
  return poll();
}

std::optional<wire::BatchReply> BatchClient::poll() const {
  std::array<char, 256> bytes{};
  ssize_t size = ::recv(fd(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  // Told once, when the other side closed without reading everything; what it said is still there.
  if (size < 0 && errno == ECONNRESET)
    size = ::recv(fd(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (size <= 0) return std::nullopt;
  const auto reply = wire::decode_batch_reply({bytes.data(), static_cast<std::size_t>(size)});
  if (!reply.has_value()) throw std::runtime_error("not a reply: " + reply.error().message());
  return *reply;
}

std::optional<wire::BatchAck> BatchClient::await_ack(std::uint64_t number) const {
  while (const auto reply = receive()) {
    const auto* ack = std::get_if<wire::BatchAck>(&*reply);
    if (ack != nullptr && ack->number >= number) return *ack;
  }
  return std::nullopt;
}

std::optional<wire::BatchRefusal> BatchClient::await_refusal() const {
  while (const auto reply = receive()) {
    if (const auto* refusal = std::get_if<wire::BatchRefusal>(&*reply)) return *refusal;
  }
  return std::nullopt;
}

}  // namespace logq::test
