#include "collect/batch_connection.h"

#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>

#include "collect/control_message.h"
#include "collect/limits.h"

namespace logq::collect {

BatchConnection::BatchConnection(base::UniqueFd socket, uid_t uid)
    : socket_(std::move(socket)),
      uid_(uid) {
  enable_control(fd());
  std::ignore = ::setsockopt(fd(), SOL_SOCKET, SO_SNDBUF, &kBatchSendBufferBytes,
                             sizeof(kBatchSendBufferBytes));
}

void BatchConnection::greet() {
  std::ignore = send(wire::encode_batch_reply(
      wire::BatchHello{kBatchMessageBytes, kBatchEntriesPerMessage, kBatchWindow}));
}

BatchConnection::~BatchConnection() {
  sd_event_source_disable_unref(event);
}

Result<std::size_t> BatchConnection::receive(ReceiveArea& area, std::size_t most) {
  const auto received = area.receive(fd(), most);
  // Told once, of a client that closed without reading all it was told: what it had sent is there.
  if (!received.has_value() && received.error().sys_errno == ECONNRESET) {
    return area.receive(fd(), most);
  }
  return received;
}

bool BatchConnection::send(std::string_view message) const {
  const ssize_t sent = ::send(fd(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  // Whoever is gone needs no answer.
  return sent >= 0 || (errno != EAGAIN && errno != EINTR && errno != ENOBUFS);
}

void BatchConnection::acknowledge(const wire::BatchAck& ack) {
  waiting_ = ack;
  send_waiting();
}

void BatchConnection::send_waiting() {
  if (waiting_.has_value() && send(wire::encode_batch_reply(*waiting_))) waiting_.reset();
}

void BatchConnection::refuse(const wire::BatchRefusal& refusal) {
  stop_sender();
  send_waiting();
  std::ignore = send(wire::encode_batch_reply(refusal));
  // Ends, since nothing can be added any more.
  char byte = 0;
  while (::recv(fd(), &byte, sizeof(byte), MSG_DONTWAIT | MSG_TRUNC) > 0) {
  }
}

void BatchConnection::stop_sender() {
  std::ignore = ::shutdown(fd(), SHUT_RD);
}

std::uint32_t BatchConnection::wanted_events() const {
  return waiting_.has_value() ? EPOLLOUT : EPOLLIN;
}

std::size_t BatchConnection::queued_bytes() const {
  int bytes = 0;
  return ::ioctl(fd(), SIOCINQ, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

}  // namespace logq::collect
