#include "collect/process_passing.h"

#include "collect/descriptor_limit.h"
#include "collect/limits.h"
#include "collect/process_facts.h"

namespace logq::collect {

ProcessPassing::ProcessPassing(const ClientCache& clients, ProcessHandles policy)
    : clients_(clients),
      policy_(policy) {
  const bool is_possible = clients.tells_processes() && has_descriptor_headroom();
  if (!is_possible) policy_ = ProcessHandles::kNever;
}

void ProcessPassing::before_receive(int socket) {
  bool wanted = policy_ == ProcessHandles::kAlways;
  if (policy_ == ProcessHandles::kAuto) {
    if (clients_.strangers() != strangers_) busy_windows_ = 0;
    wanted = busy_windows_ < kBusyWindows;
  }
  strangers_ = clients_.strangers();
  if (socket == socket_ && wanted == is_on_) return;
  pass_processes(socket, wanted);
  socket_ = socket;
  is_on_ = wanted;
}

void ProcessPassing::after_receive(std::size_t messages, std::uint64_t now_usec) {
  messages_ += messages;
  if (now_usec < window_began_usec_ + kBusyWindowUsec) return;
  // A window that lasted longer saw no receive call for a while.
  const bool is_busy =
      messages_ >= kBusyMessages && now_usec < window_began_usec_ + 2 * kBusyWindowUsec;
  busy_windows_ = is_busy ? busy_windows_ + 1 : 0;
  window_began_usec_ = now_usec;
  messages_ = 0;
}

}  // namespace logq::collect
