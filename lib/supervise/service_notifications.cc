// What a service says to its notify socket: who may, what of it is believed, and the descriptors
// that it leaves.
#include <signal.h>
#include <unistd.h>

#include <utility>

#include "supervise/account.h"
#include "supervise/service_runner.h"

namespace logq::supervise {
namespace {

constexpr int kMostAtOnce = 256;  // messages

}  // namespace

void ServiceRunner::said_ready() {
  wire::NotifyMessage message;
  message.state = wire::NotifyMessage::State::kReady;
  service_.notified(message);
}

// At most so many at once: whoever sends without end must not keep us from everything else.
void ServiceRunner::hear_notifications() {
  if (!notify_) return;
  for (int heard = 0; heard < kMostAtOnce; ++heard) {
    auto received = notify_->receive();
    if (!received) return;
    take_notification(*received);
  }
}

void ServiceRunner::take_notification(NotifySocket::Received& received) {
  if (!received.complaint.empty()) return refuse(received.complaint);
  if (received.message.is_barrier) return;  // its descriptor closes now
  if (!may_notify(received.pid, received.uid))
    return refuse("NotifyAccess= does not include process " + std::to_string(received.pid));
  // Whoever says it: of a stranger we would not hear the end, and our signals must not reach it.
  const auto main_pid = std::exchange(received.message.main_pid, std::nullopt);
  if (main_pid && owners_.owns(owner_, *main_pid)) {
    received.message.main_pid = main_pid;
  } else if (main_pid) {
    refuse("MAINPID=" + std::to_string(*main_pid) + " is no process of this service");
  }
  take_descriptors(received);
  service_.notified(received.message);
}

void ServiceRunner::take_descriptors(NotifySocket::Received& received) {
  const wire::NotifyMessage& message = received.message;
  if (message.remove_descriptors) {
    for (const std::string_view name : message.descriptor_names)
      store_.remove(name);
    return;
  }
  if (!message.store_descriptors || !holds_) return;
  for (std::size_t i = 0; i < received.descriptors.size(); ++i) {
    const std::string name(message.descriptor_name(i));
    switch (store_.add(std::move(received.descriptors[i]), name, message.poll_descriptors)) {
      case DescriptorStore::Outcome::kStored:
        if (!options_.is_collector) log_.descriptor_stored(name);
        break;
      case DescriptorStore::Outcome::kThereAlready:
        break;
      case DescriptorStore::Outcome::kNoRoom:
        refuse("there is no room for the descriptor '" + name +
               "', FileDescriptorStoreMax=" + std::to_string(unit_.descriptor_store_max));
        break;
    }
  }
}

bool ServiceRunner::may_notify(pid_t pid, uid_t uid) const {
  switch (service_.notify_access()) {
    case wire::NotifyAccess::kNone:
      return false;
    case wire::NotifyAccess::kMain:
      return pid == service_.main_pid();
    case wire::NotifyAccess::kExec:
      return pid == service_.main_pid() || pid == service_.control_pid();
    case wire::NotifyAccess::kAll:
      break;
  }
  return owners_.owns(owner_, pid) || uid == 0 || (is_user_of_service(uid) && ::kill(pid, 0) != 0);
}

// Of one that cannot be asked any more, since it has ended: only who could be of it.
bool ServiceRunner::is_user_of_service(uid_t uid) const {
  if (uid == 0 || uid == ::geteuid()) return true;
  const auto account = find_account(unit_.execution.user);
  return account && account->uid == uid;
}

// Anybody may send there, again and again: the first refusal of a run is told, the others counted.
void ServiceRunner::refuse(const std::string& why) {
  if (refused_++ == 0) log_.complained("A message to the notify socket is ignored: " + why + ".");
}

void ServiceRunner::tell_refused() {
  if (refused_ > 1)
    log_.complained(std::to_string(refused_ - 1) +
                    " more messages to the notify socket were ignored.");
  refused_ = 0;
}

}  // namespace logq::supervise
