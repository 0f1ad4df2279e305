#include "client/native_transport.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>
#include <thread>

#include "client/encode_buffer.h"
#include "client/entry_encoder.h"
#include "client/quick_entry.h"

namespace logq::client {
namespace {

using std::memory_order_relaxed;

// The peer of a connected socket is gone, or was never there.
bool means_no_collector(int code) {
  return code == -ECONNREFUSED || code == -ENOTCONN || code == -ENOENT || code == -ECONNRESET ||
         code == -EPIPE || code == -EACCES || code == -EPERM || code == -ENOTDIR ||
         code == -EPROTOTYPE || code == -EDESTADDRREQ || code == -ENAMETOOLONG || code == -ELOOP;
}

bool means_too_large_for_datagram(int code) {
  return code == -EMSGSIZE || code == -ENOBUFS;
}

// The application closed our descriptor, and perhaps something else has its number now.
bool means_not_our_socket(int code) {
  return code == -EBADF || code == -ENOTSOCK;
}

std::int64_t nanoseconds(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

}  // namespace

NativeTransport::NativeTransport(const NativeOptions& options,
                                 std::vector<SocketCandidate> candidates,
                                 SocketCalls& calls)
    : calls_(calls),
      fd_(calls.open_socket(options.max_block)),
      may_wait_(options.max_block.count() > 0),
      options_(options),
      candidates_(std::move(candidates)) {}

NativeTransport::~NativeTransport() {
  const int fd = fd_.load(memory_order_relaxed);
  if (fd >= 0) calls_.close(fd);
}

SendResult NativeTransport::send(const Entry& entry) noexcept {
  QuickEntry quick;
  if (const std::string_view bytes = quick.encode(entry); !bytes.empty()) [[likely]]
    return send_encoded(bytes);
  return send_unusual(entry);
}

SendResult NativeTransport::send_unusual(const Entry& entry) noexcept try {
  EncodeBuffer buffer;
  if (!append_unusual_entry(entry, buffer->bytes)) return {SendStatus::kTooLarge, EMSGSIZE};
  return send_encoded(buffer->bytes);
} catch (const std::bad_alloc&) {
  return {SendStatus::kFailed, ENOMEM};
}

// Calls with waiting as the options allow, again after signals, and keeps `stalled_`.
template <typename Call>
[[gnu::always_inline]] inline int NativeTransport::call_within_policy(Call call) {
  const bool may_wait = may_wait_ && !stalled_.load(memory_order_relaxed);
  int flags = MSG_NOSIGNAL | (may_wait ? 0 : MSG_DONTWAIT);
  int code = call(flags);
  if (code == -EINTR) [[unlikely]] {
    // Each repetition could wait the full time anew, so only one more may wait at all.
    const auto deadline = calls_.now() + options_.max_block;
    do {
      if (calls_.now() >= deadline) flags |= MSG_DONTWAIT;
      code = call(flags);
    } while (code == -EINTR);
  }
  if (code >= 0) [[likely]] {
    if (stalled_.load(memory_order_relaxed)) stalled_.store(false, memory_order_relaxed);
  } else if (code == -EAGAIN) {
    stalled_.store(true, memory_order_relaxed);
  }
  return code;
}

[[gnu::always_inline]] inline int NativeTransport::send_datagram(std::string_view bytes) {
  const int fd = fd_.load(memory_order_relaxed);
  return call_within_policy([&](int flags) { return calls_.send_bytes(fd, bytes, flags); });
}

SendResult NativeTransport::send_encoded(std::string_view bytes) noexcept try {
  if (!connected_.load(memory_order_relaxed)) [[unlikely]] {
    const int connected = connect_unless_resting();
    if (connected < 0) return {SendStatus::kNoCollector, -connected};
  }
  const int code = send_datagram(bytes);
  if (code >= 0) [[likely]]
    return {};
  return send_again(bytes, code);
} catch (const std::bad_alloc&) {
  return {SendStatus::kFailed, ENOMEM};
}

// After a datagram that was refused with this code.
SendResult NativeTransport::send_again(std::string_view bytes, int code) {
  if (means_too_large_for_datagram(code)) {
    code = send_as_file(bytes);
    if (code >= 0) return {};
  }
  if (means_not_our_socket(code)) code = reopen(fd_.load(memory_order_relaxed));
  if (means_no_collector(code) || code == 0) {
    // A restarted collector listens again at the same path: this entry is not its victim.
    connected_.store(false, memory_order_relaxed);
    code = connect_now();
    if (code >= 0) code = send_once(bytes);
  }
  return result_of(code);
}

SendResult NativeTransport::result_of(int code) {
  if (code >= 0) return {};
  last_errno_.store(-code, memory_order_relaxed);
  if (code == -EAGAIN) return {SendStatus::kFull, -code};
  if (means_no_collector(code)) {
    connected_.store(false, memory_order_relaxed);
    return {SendStatus::kNoCollector, -code};
  }
  if (means_too_large_for_datagram(code)) return {SendStatus::kTooLarge, -code};
  return {SendStatus::kFailed, -code};
}

int NativeTransport::send_once(std::string_view bytes) {
  const int code = send_datagram(bytes);
  return means_too_large_for_datagram(code) ? send_as_file(bytes) : code;
}

int NativeTransport::send_as_file(std::string_view bytes) {
  const int file = calls_.make_sealed_file(bytes);
  if (file < 0) return file;
  const int fd = fd_.load(memory_order_relaxed);
  const int code =
      call_within_policy([&](int flags) { return calls_.send_descriptor(fd, file, flags); });
  calls_.close(file);
  return code;
}

int NativeTransport::connect_unless_resting() {
  if (nanoseconds(calls_.now()) < next_attempt_.load(memory_order_relaxed)) {
    return -last_errno_.load(memory_order_relaxed);
  }
  return connect_now();
}

int NativeTransport::connect_now() {
  was_tried_.store(true, memory_order_relaxed);
  if (fd_.load(memory_order_relaxed) < 0) {
    const int opened = reopen(fd_.load(memory_order_relaxed));
    if (opened < 0) return opened;
  }
  int code = -ENOENT;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    code = calls_.connect(fd_.load(memory_order_relaxed), candidates_[i]);
    if (code >= 0) {
      connected_.store(true, memory_order_relaxed);
      return 0;
    }
    // The first is the collector people expect, so its refusal is the one that is explained.
    if (i == 0) last_errno_.store(-code, memory_order_relaxed);
  }
  const auto rest = std::chrono::nanoseconds(options_.reconnect_interval).count();
  next_attempt_.store(nanoseconds(calls_.now()) + rest, memory_order_relaxed);
  return -last_errno_.load(memory_order_relaxed);
}

// Takes a new descriptor without closing the old one: its number may be somebody else's by now.
int NativeTransport::reopen(int bad_fd) {
  const int fresh = calls_.open_socket(options_.max_block);
  if (fresh < 0) {
    last_errno_.store(-fresh, memory_order_relaxed);
    return fresh;
  }
  // Another thread may have been faster: its descriptor stays.
  if (!fd_.compare_exchange_strong(bad_fd, fresh, memory_order_relaxed)) calls_.close(fresh);
  return 0;
}

FlushResult NativeTransport::flush(std::chrono::milliseconds timeout) noexcept {
  const auto deadline = calls_.now() + timeout;
  auto pause = std::chrono::microseconds(50);
  for (;;) {
    if (!was_tried_.load(memory_order_relaxed))
      return FlushResult::kFlushed;  // nothing to wait for
    if (!connected_.load(memory_order_relaxed)) return FlushResult::kCollectorGone;
    const int waiting = calls_.unreceived(fd_.load(memory_order_relaxed));
    if (waiting < 0) return FlushResult::kCollectorGone;
    if (waiting == 0) {
      // A collector that died with entries unread also leaves an empty queue behind.
      return connect_now() < 0 ? FlushResult::kCollectorGone : FlushResult::kFlushed;
    }
    if (calls_.now() >= deadline) return FlushResult::kTimedOut;
    // There is no event for "taken by the peer"; the pause grows so that waiting stays cheap.
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::microseconds(2000));
  }
}

std::string NativeTransport::describe_failure() const {
  const int number = last_errno_.load(memory_order_relaxed);
  return candidates_.front().path + ": " + std::generic_category().message(number);
}

}  // namespace logq::client

namespace logq {

std::unique_ptr<Transport> make_native_transport(const NativeOptions& options) {
  auto candidates =
      client::find_sockets(options.socket_path, client::SearchEnvironment::of_process());
  return std::make_unique<client::NativeTransport>(options, std::move(candidates),
                                                   client::SocketCalls::system());
}

}  // namespace logq
