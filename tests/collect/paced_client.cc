#include "collect/paced_client.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <tuple>

#include "support/unix_socket.h"

namespace logq::test {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kNames = "nbsp";  // by kind
constexpr const char* kHeader = "kills\n\n6\n0\n0\n0\n0\n";

std::size_t bytes_queued(const base::UniqueFd& socket) {
  int bytes = 0;
  if (::ioctl(socket.get(), SIOCOUTQ, &bytes) < 0) throw std::runtime_error("SIOCOUTQ");
  return static_cast<std::size_t>(bytes);
}

// What a message that nobody reads is counted as.
std::size_t unit_of(const std::string& bytes, int type) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()) < 0)
    throw std::runtime_error("socketpair");
  const base::UniqueFd sender(ends[0]);
  const base::UniqueFd receiver(ends[1]);
  const std::size_t before = bytes_queued(sender);
  std::ignore = ::send(sender.get(), bytes.data(), bytes.size(), 0);
  return bytes_queued(sender) - before;
}

}  // namespace

PacedClient::PacedClient(Kind kind, std::string path, std::size_t per_second)
    : kind_(kind),
      name_(kNames[static_cast<std::size_t>(kind)]),
      path_(std::move(path)),
      per_second_(per_second),
      unit_(unit_of(bytes(0), kind == Kind::kStream ? SOCK_STREAM : SOCK_DGRAM)) {}

std::string PacedClient::text(std::size_t connection, std::size_t number) const {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "k %c.%04zu.%08zu", name_, connection, number);
  return text.data();
}

std::string PacedClient::bytes(std::size_t first) const {
  const std::size_t connection = taken_.empty() ? 0 : taken_.size() - 1;
  std::string all;
  for (std::size_t number = first; number < first + at_once(); ++number) {
    const std::string message = text(connection, number);
    switch (kind_) {
      case Kind::kSyslog:
        return "<14>Oct 11 22:14:15 kills: " + message;
      case Kind::kStream:
        return message + "\n";
      default:
        all += "MESSAGE=" + message + "\n\n";
    }
  }
  return all;
}

bool PacedClient::connect() {
  try {
    socket_ = connect_unix(path_, kind_ == Kind::kStream ? SOCK_STREAM : SOCK_DGRAM);
  } catch (const std::runtime_error&) {
    return false;
  }
  taken_.push_back(0);
  is_connected_ = true;
  if (kind_ != Kind::kStream) return true;
  // On its own, and read before anything else is sent, so that every message counts the same.
  if (::send(socket_.get(), kHeader, std::strlen(kHeader), MSG_NOSIGNAL) < 0) return false;
  while (bytes_queued(socket_) > 0)
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  return true;
}

// Whether it was sent.
bool PacedClient::send_next() {
  const std::lock_guard lock(mutex_);
  if (!is_connected_ && !connect()) return false;
  const std::string message = bytes(taken_.back());
  if (::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) {
    taken_.back() += at_once();
    sent_ += at_once();
    return true;
  }
  if (errno == EAGAIN || errno == EINTR) return false;
  is_connected_ = false;
  return false;
}

void PacedClient::run(const std::atomic<bool>& over) {
  const auto begin = SteadyClock::now();
  while (!over) {
    const std::chrono::duration<double> elapsed = SteadyClock::now() - begin;
    const auto owed = static_cast<std::size_t>(elapsed.count() * static_cast<double>(per_second_));
    while (!over && sent_ < owed && send_next()) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void PacedClient::give_up_unread() {
  if (!is_connected_) return;
  const std::size_t unread = bytes_queued(socket_) / unit_ * at_once();
  taken_.back() -= unread;
  given_up_ += unread;
  is_connected_ = false;
}

}  // namespace logq::test
