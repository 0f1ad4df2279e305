#include "collect/socket_forward.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/clock.h"
#include "wire/export_format.h"

namespace logq::collect {
namespace {

constexpr std::uint64_t kFirstPauseUsec = 100'000;
constexpr std::uint64_t kLongestPauseUsec = 30'000'000;
constexpr std::uint64_t kPauseAccuracyUsec = 10'000;
constexpr int kDefaultLevel = 6;

int error_of(int socket) {
  int error = 0;
  socklen_t size = sizeof(error);
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
}

}  // namespace

SocketForward::SocketForward(Options options)
    : options_(std::move(options)),
      address_(parse_socket_address(options_.address)) {}

SocketForward::~SocketForward() {
  disconnect();
  sd_event_source_disable_unref(timer_);
}

void SocketForward::configure(Options options) {
  const bool is_elsewhere = options.address != options_.address;
  options_ = std::move(options);
  if (!is_elsewhere) return;
  disconnect();
  address_ = parse_socket_address(options_.address);
  missed_.add(entries_.size());
  entries_.clear();
  delay_usec_ = 0;
}

Result<void> SocketForward::start(sd_event* event) {
  event_ = event;
  const int status = sd_event_add_time(event, &timer_, CLOCK_MONOTONIC, 0, kPauseAccuracyUsec,
                                       &SocketForward::on_timer, this);
  if (status < 0) return fail(Error::system(-status, "sd_event_add_time"));
  sd_event_source_set_enabled(timer_, SD_EVENT_OFF);
  if (!entries_.empty()) connect();
  return {};
}

bool SocketForward::is_wanted(std::span<const std::string_view> payloads) const {
  constexpr std::string_view kPriority = "PRIORITY=";
  int level = kDefaultLevel;
  for (const std::string_view payload : payloads) {
    if (payload.size() != kPriority.size() + 1 || !payload.starts_with(kPriority)) continue;
    if (payload.back() >= '0' && payload.back() <= '7') level = payload.back() - '0';
  }
  return level <= options_.level_max;
}

void SocketForward::forward(const journal::EntryTime& time,
                            std::span<const std::string_view> payloads) {
  if (!is_wanted(payloads)) return;
  std::string entry = "__REALTIME_TIMESTAMP=" + std::to_string(time.realtime_usec) +
                      "\n__MONOTONIC_TIMESTAMP=" + std::to_string(time.monotonic_usec) + "\n";
  for (const std::string_view payload : payloads)
    wire::encode_export_field(payload, entry);
  entry += '\n';
  const bool was_empty = entries_.empty();
  if (!entries_.push(std::move(entry))) return missed_.add();
  if (!socket_.is_open()) {
    // Where a timer is set an attempt has just failed.
    if (was_empty || delay_usec_ == 0) connect();
  } else if (was_empty && is_connected_) {
    send();
  }
}

void SocketForward::connect() {
  if (event_ == nullptr || !address_.has_value() || socket_.is_open()) return;
  int armed = SD_EVENT_OFF;
  sd_event_source_get_enabled(timer_, &armed);
  if (armed != SD_EVENT_OFF) return;
  socket_.reset(
      ::socket(address_->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket_.is_open()) return try_again_later();
  const bool is_done = ::connect(socket_.get(), address_->get(), address_->size) == 0;
  if (!is_done && errno != EINPROGRESS) return try_again_later();
  const int status = sd_event_add_io(event_, &ready_, socket_.get(), EPOLLOUT | EPOLLRDHUP,
                                     &SocketForward::on_socket, this);
  if (status < 0) try_again_later();
}

void SocketForward::disconnect() {
  ready_ = sd_event_source_disable_unref(ready_);
  socket_.reset();
  is_connected_ = false;
  entries_.begin_again();
}

void SocketForward::try_again_later() {
  disconnect();
  delay_usec_ = std::clamp(2 * delay_usec_, kFirstPauseUsec, kLongestPauseUsec);
  sd_event_source_set_time(timer_, base::Clock::system().now().monotonic_usec + delay_usec_);
  sd_event_source_set_enabled(timer_, SD_EVENT_ONESHOT);
}

int SocketForward::on_timer(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* self) {
  auto* forward = static_cast<SocketForward*>(self);
  if (!forward->entries_.empty()) forward->connect();
  return 0;
}

int SocketForward::on_socket(sd_event_source* /*source*/,
                             int fd,
                             std::uint32_t events,
                             void* self) {
  auto* forward = static_cast<SocketForward*>(self);
  const bool is_over = (events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) != 0 || error_of(fd) != 0;
  if (is_over) {
    forward->try_again_later();
    return 0;
  }
  forward->is_connected_ = true;
  forward->send();
  return 0;
}

// Sends what the other side takes, and asks to be told when it takes more.
void SocketForward::send() {
  while (!entries_.empty()) {
    const std::string_view rest = entries_.front();
    const ssize_t size = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno != EAGAIN) return try_again_later();
    if (size < 0) break;
    entries_.take(static_cast<std::size_t>(size));
    delay_usec_ = 0;
  }
  const std::uint32_t wanted = entries_.empty() ? EPOLLRDHUP : EPOLLOUT | EPOLLRDHUP;
  sd_event_source_set_io_events(ready_, wanted);
}

void SocketForward::finish() {
  if (is_connected_) send();
  missed_.add(entries_.size());
  entries_.clear();
}

}  // namespace logq::collect
