#include "client/batch_link.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace logq::client {
namespace {

// Fewer than the collector allows: what is under way is kept in memory.
constexpr std::uint64_t kMostUnderWay = 32;

std::uint64_t growth(std::uint64_t now, std::uint64_t before) {
  return now > before ? now - before : 0;
}

}  // namespace

BatchLink::BatchLink(SocketCandidate candidate, SocketCalls& calls)
    : candidate_(std::move(candidate)),
      calls_(calls) {}

int BatchLink::connect() {
  const int fd = calls_.open_packets(candidate_);
  if (fd < 0) return fd;
  fd_ = fd;
  identity_ = calls_.identity(fd);
  state_ = State::kGreeting;
  return 0;
}

void BatchLink::close() {
  // The application may have closed it, and opened something else there.
  if (fd_ >= 0 && calls_.identity(fd_) == identity_) calls_.close(fd_);
  fd_ = -1;
  under_way_ = 0;
  if (state_ != State::kRefused) state_ = State::kClosed;
}

void BatchLink::forgive() {
  if (state_ == State::kRefused) state_ = State::kClosed;
}

bool BatchLink::takes(const Parcel& parcel) const {
  return parcel.sent == 0 && parcel.size() <= hello_.entries_max &&
         parcel.bytes() <= hello_.message_bytes_max;
}

BatchLink::Outcome BatchLink::advance(Parcels& parcels, std::uint64_t now_usec) {
  Outcome outcome;
  if (fd_ < 0) return outcome;
  if (calls_.identity(fd_) != identity_) {
    close();
    return outcome;
  }
  hear(parcels, outcome);
  if (state_ == State::kOpen) send_batches(parcels, now_usec);
  return outcome;
}

void BatchLink::hear(Parcels& parcels, Outcome& outcome) {
  std::array<char, 256> message;
  while (fd_ >= 0) {
    const int size = calls_.receive(fd_, message);
    if (size == -EAGAIN || size == -EINTR) return;
    if (size <= 0) return close();
    const auto reply = wire::decode_batch_reply({message.data(), static_cast<std::size_t>(size)});
    if (!reply) {
      state_ = State::kRefused;  // it speaks another language
      return close();
    }
    if (const auto* hello = std::get_if<wire::BatchHello>(&*reply)) take(*hello);
    if (const auto* ack = std::get_if<wire::BatchAck>(&*reply)) take(*ack, parcels, outcome);
    if (std::holds_alternative<wire::BatchRefusal>(*reply)) {
      state_ = State::kRefused;
      return close();
    }
  }
}

void BatchLink::take(const wire::BatchHello& hello) {
  if (state_ != State::kGreeting) return;
  if (hello.window == 0) {
    state_ = State::kRefused;  // nothing could ever be sent
    return close();
  }
  hello_ = hello;
  state_ = State::kOpen;
  if (last_number_ > 0) ask();
}

// Batches were sent on another connection, and nobody knows which of them came through.
void BatchLink::ask() {
  wire::Batch question;
  question.client_id = client_id_;
  const int sent =
      calls_.send_bytes(fd_, wire::encode_batch_header(question), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0) return close();
  state_ = State::kAsking;
}

void BatchLink::take(const wire::BatchAck& ack, Parcels& parcels, Outcome& outcome) {
  while (!parcels.empty()) {
    const Parcel& first = parcels.front();
    if (first.batch_number == 0 || first.batch_number > ack.number) break;
    parcels.pop_front();
    ++outcome.taken;
    if (under_way_ > 0) --under_way_;
  }
  // A collector that has forgotten us begins its sums anew.
  if (ack.stored + ack.unwanted + ack.invalid + ack.failed <
      heard_.stored + heard_.unwanted + heard_.invalid + heard_.failed)
    heard_ = {};
  outcome.unwanted += growth(ack.unwanted, heard_.unwanted);
  outcome.lost += growth(ack.invalid + ack.failed, heard_.invalid + heard_.failed);
  heard_ = ack;
  if (state_ == State::kAsking) state_ = State::kOpen;
}

void BatchLink::send_batches(Parcels& parcels, std::uint64_t now_usec) {
  const std::uint64_t window = std::min<std::uint64_t>(hello_.window, kMostUnderWay);
  while (under_way_ < window && under_way_ < parcels.size()) {
    Parcel& next = parcels[under_way_];
    if (next.sent == 0) parcels.add_times_if_late(next, now_usec);
    if (!takes(next)) return;
    const std::uint64_t number = next.batch_number != 0 ? next.batch_number : last_number_ + 1;
    const std::string_view message = next.as_batch(client_id_, number);
    const int code = calls_.send_bytes(fd_, message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (code == -EAGAIN || code == -EINTR || code == -ENOBUFS || code == -ENOMEM) return;
    if (code < 0) return close();
    next.batch_number = number;
    last_number_ = std::max(last_number_, number);
    ++under_way_;
  }
}

}  // namespace logq::client
