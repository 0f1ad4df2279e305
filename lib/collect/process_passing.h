// ProcessPassing: decides for one socket when its messages come with their sender's pidfd.
//
// A pidfd costs over a microsecond, and what was received without one can never have it. So they
// come as long as there is time for them or senders are not known, and are done without while
// messages pour in from processes that were there before. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

#include "collect/client_cache.h"
#include "collect/options.h"

namespace logq::collect {

class ProcessPassing {
 public:
  // `clients` must outlive this object. Where processes are not told apart, or descriptors are too
  // scarce for many at a time, it does nothing.
  ProcessPassing(const ClientCache& clients, ProcessHandles policy);

  // To be called before each receive call, and after it with the number of messages.
  void before_receive(int socket, std::uint64_t now_usec);
  void after_receive(std::size_t messages, std::uint64_t now_usec);

  [[nodiscard]] bool is_on() const { return is_on_; }

 private:
  const ClientCache& clients_;
  ProcessHandles policy_;
  bool is_on_ = false;
  int socket_ = -1;  // which has what is_on_ says

  // What came in the current window, and how many busy ones went before.
  std::uint64_t window_began_usec_ = 0;
  std::size_t messages_ = 0;
  std::uint64_t strangers_ = 0;
  std::size_t busy_windows_ = 0;
  std::uint64_t received_usec_ = 0;
};

}  // namespace logq::collect
