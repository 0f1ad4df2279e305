#include "collect/batch_connection.h"

#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "collect/control_message.h"
#include "collect/limits.h"

namespace logq::collect {
namespace {

// In units of kWorkPerWakeup. No more entries are looked at than a batch may have.
std::size_t work_in(const ReceiveArea& area, std::size_t slot) {
  const std::size_t entries = wire::peek_batch_count(area.head(slot));
  return 1 + std::min(entries, kBatchEntriesPerMessage) + area.size(slot) / kBytesPerUnitOfWork;
}

}  // namespace

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

// One by one: how much work a message is nobody knows before it is there.
BatchReceipt BatchConnection::receive(ReceiveArea& area) const {
  BatchReceipt receipt;
  std::size_t work = 0;
  while (!receipt.is_full) {
    const auto received = receive_one(area, receipt.messages);
    receipt.failed = !received.has_value();
    if (received.value_or(0) == 0) break;
    const std::size_t slot = receipt.messages++;
    if (area.size(slot) == 0) break;
    work += work_in(area, slot);
    receipt.is_full = work >= kBatchWorkPerTurn || receipt.messages == area.slots();
  }
  return receipt;
}

Result<std::size_t> BatchConnection::receive_one(ReceiveArea& area, std::size_t slot) const {
  const auto received = area.receive(fd(), slot, 1);
  // Told once, of a client that closed without reading all it was told: what it had sent is there.
  if (!received.has_value() && received.error().sys_errno == ECONNRESET) {
    return area.receive(fd(), slot, 1);
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
