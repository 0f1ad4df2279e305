// NativeTransport: entries as datagrams of the native journal protocol.
//
// One descriptor for the life of the transport: a datagram socket may be connected anew, so a
// collector that came back needs no new descriptor and no lock, and a fork shares it safely.
// Thread-safe; see logq/transport.h for the contract.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/socket_calls.h"
#include "logq/transport.h"

namespace logq::client {

class NativeTransport final : public Transport {
 public:
  NativeTransport(const NativeOptions& options,
                  std::vector<SocketCandidate> candidates,
                  SocketCalls& calls);
  NativeTransport(const NativeTransport&) = delete;
  NativeTransport& operator=(const NativeTransport&) = delete;
  ~NativeTransport() override;

  SendResult send(const Entry& entry) noexcept override;
  FlushResult flush(std::chrono::milliseconds timeout) noexcept override;
  [[nodiscard]] std::string describe_failure() const override;
  // The same for an entry that is in the protocol's form already.
  SendResult send_encoded(std::string_view bytes) noexcept;
  // The same for one that is no QuickEntry.
  SendResult send_unusual(const Entry& entry) noexcept;

 private:
  int send_datagram(std::string_view bytes);
  int send_once(std::string_view bytes);
  SendResult send_again(std::string_view bytes, int code);
  int send_as_file(std::string_view bytes);
  template <typename Call>
  int call_within_policy(Call call);
  int connect_unless_resting();
  int connect_now();
  int reopen(int bad_fd);
  SendResult result_of(int code);

  // What every call needs comes first.
  SocketCalls& calls_;
  std::atomic<int> fd_;
  const bool may_wait_;
  // The flags below only save useless work; every order of their updates is correct (relaxed).
  std::atomic<bool> connected_{false};
  std::atomic<bool> stalled_{false};    // the collector let a call wait in vain
  std::atomic<bool> was_tried_{false};  // to connect: something was sent
  std::atomic<int> last_errno_{0};
  std::atomic<std::int64_t> next_attempt_{INT64_MIN};  // steady clock, nanoseconds
  const NativeOptions options_;
  const std::vector<SocketCandidate> candidates_;
};

}  // namespace logq::client
