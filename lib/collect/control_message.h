// What the kernel tells about a received message beside its bytes: credentials, time, label,
// descriptors and the sender's pidfd (recvmsg(2), unix(7)).
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "collect/passed_process.h"

namespace logq::collect {

struct Credentials {
  pid_t pid = 0;
  uid_t uid = 0;
  gid_t gid = 0;

  friend bool operator==(const Credentials&, const Credentials&) = default;
};

struct ControlData {
  std::optional<Credentials> credentials;
  std::optional<std::uint64_t> realtime_usec;  // when the kernel queued the message
  std::string label;                           // SCM_SECURITY, empty without SELinux
  std::vector<base::UniqueFd> descriptors;
  PassedProcess process;             // who sent it, where pass_processes() is on
  std::size_t descriptors_sent = 0;  // also counts those of a replayed message, which are gone
};

// kForget is for messages a predecessor received: their descriptor numbers mean nothing here.
enum class Descriptors { kTake, kForget };

// `message.msg_controllen` must not exceed `capacity`; more, or lengths that do not fit, yield what
// came before.
ControlData parse_control(const msghdr& message, std::size_t capacity, Descriptors descriptors);

// Who connected; the kernel knows also when that process is gone. Nobody in particular when it does
// not say.
Credentials peer_of(int socket);

// Switches on what parse_control() reads: SO_PASSCRED, SO_TIMESTAMP, SO_PASSSEC where there is one.
void enable_control(int socket);
// From Linux 6.16 on nobody can send descriptors to `socket`, or to what it accepts (EPERM). As
// journald since 258.
void refuse_descriptors(int socket);

}  // namespace logq::collect
