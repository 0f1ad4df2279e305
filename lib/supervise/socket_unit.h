// One .socket unit, read as service_unit.h reads services, or made of an argument of --listen.
//
// Pure data. Nothing here asks whether addresses are free, or users and links exist.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "supervise/service_unit.h"
#include "supervise/socket_address.h"
#include "supervise/specifiers.h"
#include "supervise/unit.h"
#include "supervise/unit_files.h"

namespace logq::supervise {

// One line Listen…=. Those of the last kind are not opened (docs/unit-files.md).
struct Listener {
  enum class Kind : std::uint8_t {
    kStream,
    kDatagram,
    kSequentialPacket,
    kNetlink,
    kFifo,
    kSpecial,       ///< a file, or a device of characters
    kMessageQueue,  ///< of POSIX: mq_overview(7)
    kOther
  };
  Kind kind = Kind::kStream;
  SocketAddress address;  // of those that are no sockets the path

  // What it is in the file system; empty for what is none.
  [[nodiscard]] std::string node() const;
  [[nodiscard]] bool can_accept() const {
    return kind == Kind::kStream || kind == Kind::kSequentialPacket;
  }
};

enum class BindIpv6Only : std::uint8_t { kDefault, kBoth, kIpv6Only };
enum class Timestamping : std::uint8_t { kOff, kMicroseconds, kNanoseconds };

// Of the numbers negative ones, of sizes and times 0, leave it as the kernel has it.
struct SocketOptions {
  BindIpv6Only bind_ipv6_only = BindIpv6Only::kDefault;
  Timestamping timestamping = Timestamping::kOff;
  int protocol = 0;  // SocketProtocol=: IPPROTO_…
  std::string device;
  std::string congestion_control;
  unsigned backlog = std::numeric_limits<int>::max();
  std::uint64_t receive_buffer = 0;
  std::uint64_t send_buffer = 0;
  std::uint64_t pipe_size = 0;
  std::uint64_t keep_alive_time_usec = 0;
  std::uint64_t keep_alive_interval_usec = 0;
  unsigned keep_alive_probes = 0;
  std::uint64_t defer_accept_usec = 0;
  int priority = -1;
  int mark = -1;
  int ip_tos = -1;
  int ip_ttl = -1;
  bool reuses_port = false;
  bool has_no_delay = false;
  bool keeps_alive = false;
  bool binds_freely = false;
  bool is_transparent = false;
  bool may_broadcast = false;
  bool passes_credentials = false;
  bool passes_security = false;
  bool passes_packet_info = false;
};

// Of unix sockets and FIFOs.
struct SocketNodes {
  mode_t mode = 0666;
  mode_t directory_mode = 0755;  // of directories that are made for them
  std::string user;              // empty: who makes them
  std::string group;             // empty: that of the user
  std::vector<std::string> symlinks;
  bool are_removed_on_stop = false;
};

// Of message queues; the system's unless both are above 0.
struct MessageQueueSizes {
  long messages = 0;
  long message_size = 0;
};

// How often a service is started for what comes in.
struct TriggerLimit {
  std::uint64_t interval_usec = 2 * base::kUsecPerSecond;
  std::optional<unsigned> burst;  // absent: as SocketUnit::trigger_burst()
};

struct SocketCommands {
  Commands start_pre;
  Commands start_post;
  Commands stop_pre;
  Commands stop_post;
};

struct SocketUnit : Unit {
  std::vector<Listener> listeners;
  std::string descriptor_name;  // FileDescriptorName=
  std::string service;  // Service=, else the one of its own name: with Accept=yes a template
  bool is_service_set = false;
  bool accepts = false;  // an instance of the service for each connection
  unsigned max_connections = 64;
  unsigned max_connections_per_source = 0;  // 0: without a limit of its own
  bool flushes_pending = false;
  SocketOptions options;
  SocketNodes nodes;
  MessageQueueSizes message_queue;
  bool is_special_writable = false;  // Writable=
  TriggerLimit trigger_limit;
  SocketCommands commands;
  ServiceUnit process;  // how they run: what [Socket] says of users, limits, output and signals
  std::uint64_t timeout_usec = 90 * base::kUsecPerSecond;  // of the commands

  // Connections are taken off the queue before they are counted, so there may be more of them than
  // of starts of a service that has to do that itself.
  [[nodiscard]] unsigned trigger_burst() const {
    return trigger_limit.burst.value_or(accepts ? 200 : 20);
  }
};

using LoadedSocket = LoadedUnit<SocketUnit>;

// Reads `path` with its drop-ins, as load_service() does.
[[nodiscard]] LoadedSocket load_socket(const std::string& path, const HostFacts& host);

// The same from texts, the main file's first.
[[nodiscard]] LoadedSocket read_socket_unit(const std::string& unit_name,
                                            const std::vector<UnitFileText>& files,
                                            const HostFacts& host);

// What its descriptors are called in $LISTEN_FDNAMES: FileDescriptorName=, else the unit's name,
// with "\x3a" for each colon, which would stand between two names.
[[nodiscard]] std::string descriptor_name_of(const SocketUnit& unit);

// The socket of "--listen [NAME=][KIND:]ADDRESS" for a service, with the defaults of a unit beside
// it. KIND is dgram, seqpacket or fifo; without one it is a stream. NAME is that of the descriptor,
// without any of "/@[:"; so what stands before the first "=" of "/run/a=b" is none. Fails with what
// is wrong with it.
struct ListenArgument {
  std::optional<SocketUnit> unit;
  std::string complaint;
};
[[nodiscard]] ListenArgument read_listen_argument(std::string_view argument,
                                                  const std::string& service);

}  // namespace logq::supervise
