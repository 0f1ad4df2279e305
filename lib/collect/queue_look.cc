#include "collect/queue_look.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <limits>

#include "collect/control_message.h"
#include "collect/limits.h"
#include "collect/waiting_datagrams.h"

namespace logq::collect {
namespace {

// Room for a time and credentials, and no descriptors, which would be opened for nothing.
constexpr std::size_t kRoom = CMSG_SPACE(sizeof(timeval)) + CMSG_SPACE(sizeof(ucred));

bool set_position(int socket, int position) {
  return ::setsockopt(socket, SOL_SOCKET, SO_PEEK_OFF, &position, sizeof position) == 0;
}

}  // namespace

// The kernel counts the position in bytes.
std::optional<uid_t> find_queued_user(int socket, const std::function<bool(uid_t)>& is_wanted) {
  std::optional<uid_t> found;
  std::size_t position = 0;
  for (std::size_t i = 0; i < kLookedThroughMax && !found; ++i) {
    if (position > std::numeric_limits<int>::max()) break;
    if (!set_position(socket, static_cast<int>(position))) break;
    alignas(cmsghdr) unsigned char room[kRoom];
    msghdr message{};
    message.msg_control = room;
    message.msg_controllen = sizeof room;
    const ssize_t size =
        ::recvmsg(socket, &message, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size < 0) break;
    position += static_cast<std::size_t>(size);
    const uid_t user = user_of(parse_control(message, sizeof room, Descriptors::kTake));
    if (is_wanted(user)) found = user;
  }
  set_position(socket, -1);
  return found;
}

}  // namespace logq::collect
