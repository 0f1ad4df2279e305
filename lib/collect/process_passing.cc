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

void ProcessPassing::before_receive(int socket, std::uint64_t now_usec) {
  bool wanted = policy_ == ProcessHandles::kAlways;
  if (policy_ == ProcessHandles::kAuto) {
    if (clients_.strangers() != strangers_) busy_windows_ = 0;
    // After a pause of ours numbers are soon believed no more.
    const bool was_away = now_usec > received_usec_ + kPidTrustUsec / 2;
    wanted = busy_windows_ < kBusyWindows || was_away;
  }
  strangers_ = clients_.strangers();
  if (socket == socket_ && wanted == is_on_) return;
  pass_processes(socket, wanted);
  socket_ = socket;
  is_on_ = wanted;
}

void ProcessPassing::after_receive(std::size_t messages, std::uint64_t now_usec) {
  received_usec_ = now_usec;
  messages_ += messages;
  const std::uint64_t elapsed = now_usec - window_began_usec_;
  if (elapsed < kBusyWindowUsec) return;
  const bool is_busy = messages_ * kBusyWindowUsec >= kBusyMessages * elapsed;
  busy_windows_ = is_busy ? busy_windows_ + 1 : 0;
  window_began_usec_ = now_usec;
  messages_ = 0;
}

}  // namespace logq::collect
