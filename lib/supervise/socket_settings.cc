// The keys of [Socket].
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "supervise/setting_kinds.h"
#include "wire/loose_integer.h"

namespace logq::supervise {
namespace {

using ListenerKind = Listener::Kind;
using Reading = UnitReading<SocketUnit>;

std::string errno_text(int number) {
  std::array<char, 128> buffer{};
  return ::strerror_r(number, buffer.data(), buffer.size());  // the GNU variant
}

template <ListenerKind kKind>
void add_socket(Reading& reading) {
  std::vector<Listener>& listeners = reading.unit().listeners;
  if (reading.is_empty()) return listeners.clear();
  const std::string text = reading.expanded();
  auto address = parse_socket_address(text);
  if (!address) {
    return reading.warn("Failed to parse address value in '" + text +
                        "', ignoring: " + errno_text(address.error().sys_errno));
  }
  if (kKind == ListenerKind::kSequentialPacket && !address->is_unix()) {
    return reading.ignore("Address family not supported", text);
  }
  listeners.push_back({kKind, *std::move(address)});
}

template <ListenerKind kKind>
void add_path(Reading& reading) {
  std::vector<Listener>& listeners = reading.unit().listeners;
  if (reading.is_empty()) return listeners.clear();
  const auto path = absolute_path(reading, reading.expanded(), BadPath::kIsIgnored);
  if (!path) return;
  Listener listener;
  listener.kind = kKind;
  listener.address.path = *path;
  listeners.push_back(std::move(listener));
}

void add_netlink(Reading& reading) {
  std::vector<Listener>& listeners = reading.unit().listeners;
  if (reading.is_empty()) return listeners.clear();
  const std::string text = reading.expanded();
  auto address = parse_netlink_address(text);
  if (!address) {
    return reading.warn("Failed to parse address value in '" + text +
                        "', ignoring: " + errno_text(address.error().sys_errno));
  }
  listeners.push_back({ListenerKind::kNetlink, *std::move(address)});
}

void set_descriptor_name(Reading& reading) {
  const std::string name = reading.expanded();
  if (!is_descriptor_name(name)) return reading.ignore("Invalid file descriptor name", name);
  reading.unit().descriptor_name = name;
}

void set_service(Reading& reading) {
  const std::string name = reading.expanded();
  if (!name.ends_with(".service")) return reading.ignore("Unit must be of type service");
  reading.unit().service = name;
  reading.unit().is_service_set = true;
}

void set_bind_ipv6_only(Reading& reading) {
  constexpr std::array<std::pair<std::string_view, BindIpv6Only>, 3> kWords = {{
      {"default", BindIpv6Only::kDefault},
      {"both", BindIpv6Only::kBoth},
      {"ipv6-only", BindIpv6Only::kIpv6Only},
  }};
  BindIpv6Only& place = reading.unit().options.bind_ipv6_only;
  for (const auto& [word, meaning] : kWords) {
    if (word != reading.value()) continue;
    place = meaning;
    return;
  }
  const auto value = base::parse_boolean(reading.value());
  if (!value) return reading.ignore("Failed to parse bind IPv6 only value");
  place = *value ? BindIpv6Only::kIpv6Only : BindIpv6Only::kBoth;
}

void set_timestamping(Reading& reading) {
  constexpr std::array<std::pair<std::string_view, Timestamping>, 6> kWords = {{
      {"off", Timestamping::kOff},
      {"us", Timestamping::kMicroseconds},
      {"usec", Timestamping::kMicroseconds},
      {"\u00b5s", Timestamping::kMicroseconds},
      {"ns", Timestamping::kNanoseconds},
      {"nsec", Timestamping::kNanoseconds},
  }};
  Timestamping& place = reading.unit().options.timestamping;
  for (const auto& [word, meaning] : kWords) {
    if (word != reading.value()) continue;
    place = meaning;
    return;
  }
  const auto value = base::parse_boolean(reading.value());
  if (!value) return reading.ignore("Failed to parse timestamping precision");
  place = *value ? Timestamping::kNanoseconds : Timestamping::kOff;
}

void set_protocol(Reading& reading) {
  int& protocol = reading.unit().options.protocol;
  if (reading.value() == "udplite") {
    protocol = IPPROTO_UDPLITE;
  } else if (reading.value() == "sctp") {
    protocol = IPPROTO_SCTP;
  } else {
    reading.ignore("Failed to parse socket protocol");
  }
}

void set_device(Reading& reading) {
  std::string& device = reading.unit().options.device;
  if (reading.is_empty() || reading.value() == "*") return device.clear();
  if (!is_interface_name(reading.value())) return reading.ignore("Invalid interface name");
  device = reading.value();
}

// Without specifiers.
template <auto... kPlace>
void set_plain_text(Reading& reading) {
  member_of<kPlace...>(reading.unit()) = reading.value();
}

template <auto... kPlace>
void set_size(Reading& reading) {
  const std::string& value = reading.value();
  const auto size = base::parse_size(value);
  if (size) {
    member_of<kPlace...>(reading.unit()) = *size;
    return;
  }
  const bool is_number = value.find_first_not_of("0123456789") == std::string::npos;
  const bool is_out_of_range = value.starts_with('-') || (is_number && !value.empty());
  reading.warn("Failed to parse size value '" + value +
               "', ignoring: " + errno_text(is_out_of_range ? ERANGE : EINVAL));
}

template <auto... kPlace>
void set_integer(Reading& reading) {
  const auto number = parse_signed(reading.value());
  if (!number) return reading.ignore("Failed to parse int value");
  member_of<kPlace...>(reading.unit()) = *number;
}

template <auto... kPlace>
void set_long(Reading& reading) {
  const auto number = wire::parse_loose_integer(reading.value());
  if (!number) return reading.ignore("Failed to parse long value");
  member_of<kPlace...>(reading.unit()) = *number;
}

void set_ip_tos(Reading& reading) {
  constexpr std::array<std::pair<std::string_view, int>, 4> kWords = {
      {{"low-delay", 0x10}, {"throughput", 0x08}, {"reliability", 0x04}, {"low-cost", 0x02}}};
  int& place = reading.unit().options.ip_tos;
  if (reading.is_empty()) {
    place = -1;
    return;
  }
  for (const auto& [word, meaning] : kWords) {
    if (word != reading.value()) continue;
    place = meaning;
    return;
  }
  const auto number = parse_unsigned(reading.value());
  if (!number || *number > 0xff) return reading.ignore("Failed to parse IP TOS value");
  place = static_cast<int>(*number);
}

void add_symlinks(Reading& reading) {
  std::vector<std::string>& symlinks = reading.unit().nodes.symlinks;
  if (reading.is_empty()) return symlinks.clear();
  std::string_view rest = reading.value();
  while (const auto word = take_word(rest, Escapes::kAnything)) {
    auto path = absolute_path(reading, reading.expand(*word), BadPath::kIsIgnored);
    if (path) symlinks.push_back(*std::move(path));
  }
  if (!rest.empty()) reading.ignore("Invalid syntax");
}

// Of which 0 means that there is none.
void set_timeout(Reading& reading) {
  const auto usec = base::parse_time_span(reading.value());
  if (!usec) return reading.ignore("Failed to parse time value");
  reading.unit().timeout_usec = *usec == 0 ? base::kInfiniteUsec : *usec;
}

using U = SocketUnit;
using O = SocketOptions;
using N = SocketNodes;
using C = SocketCommands;
using T = TriggerLimit;
using Q = MessageQueueSizes;
constexpr auto kOptions = &U::options;
using SocketSetting = UnitSetting<SocketUnit>;
constexpr std::array kSettings = {
    SocketSetting{"ListenStream", &add_socket<ListenerKind::kStream>},
    SocketSetting{"ListenDatagram", &add_socket<ListenerKind::kDatagram>},
    SocketSetting{"ListenSequentialPacket", &add_socket<ListenerKind::kSequentialPacket>},
    SocketSetting{"ListenFIFO", &add_path<ListenerKind::kFifo>},
    SocketSetting{"ListenSpecial", &add_path<ListenerKind::kSpecial>},
    SocketSetting{"ListenMessageQueue", &add_path<ListenerKind::kMessageQueue>},
    SocketSetting{"ListenUSBFunction", &add_path<ListenerKind::kOther>},
    SocketSetting{"ListenNetlink", &add_netlink},
    SocketSetting{"Writable", &set_boolean<&U::is_special_writable>},
    SocketSetting{"MessageQueueMaxMessages", &set_long<&U::message_queue, &Q::messages>},
    SocketSetting{"MessageQueueMessageSize", &set_long<&U::message_queue, &Q::message_size>},
    SocketSetting{"FileDescriptorName", &set_descriptor_name},
    SocketSetting{"Service", &set_service},
    SocketSetting{"Accept", &set_boolean<&U::accepts>},
    SocketSetting{"MaxConnections", &set_unsigned<&U::max_connections>},
    SocketSetting{"MaxConnectionsPerSource", &set_unsigned<&U::max_connections_per_source>},
    SocketSetting{"FlushPending", &set_boolean<&U::flushes_pending>},
    SocketSetting{"SocketProtocol", &set_protocol},
    SocketSetting{"BindIPv6Only", &set_bind_ipv6_only},
    SocketSetting{"BindToDevice", &set_device},
    SocketSetting{"Backlog", &set_unsigned<kOptions, &O::backlog>},
    SocketSetting{"ReusePort", &set_boolean<kOptions, &O::reuses_port>},
    SocketSetting{"NoDelay", &set_boolean<kOptions, &O::has_no_delay>},
    SocketSetting{"KeepAlive", &set_boolean<kOptions, &O::keeps_alive>},
    SocketSetting{"KeepAliveTimeSec", &set_seconds<kOptions, &O::keep_alive_time_usec>},
    SocketSetting{"KeepAliveIntervalSec", &set_seconds<kOptions, &O::keep_alive_interval_usec>},
    SocketSetting{"KeepAliveProbes", &set_unsigned<kOptions, &O::keep_alive_probes>},
    SocketSetting{"DeferAcceptSec", &set_seconds<kOptions, &O::defer_accept_usec>},
    SocketSetting{"FreeBind", &set_boolean<kOptions, &O::binds_freely>},
    SocketSetting{"Transparent", &set_boolean<kOptions, &O::is_transparent>},
    SocketSetting{"Broadcast", &set_boolean<kOptions, &O::may_broadcast>},
    SocketSetting{"PassCredentials", &set_boolean<kOptions, &O::passes_credentials>},
    SocketSetting{"PassSecurity", &set_boolean<kOptions, &O::passes_security>},
    SocketSetting{"PassPacketInfo", &set_boolean<kOptions, &O::passes_packet_info>},
    SocketSetting{"Timestamping", &set_timestamping},
    SocketSetting{"ReceiveBuffer", &set_size<kOptions, &O::receive_buffer>},
    SocketSetting{"SendBuffer", &set_size<kOptions, &O::send_buffer>},
    SocketSetting{"PipeSize", &set_size<kOptions, &O::pipe_size>},
    SocketSetting{"Priority", &set_integer<kOptions, &O::priority>},
    SocketSetting{"Mark", &set_integer<kOptions, &O::mark>},
    SocketSetting{"IPTOS", &set_ip_tos},
    SocketSetting{"IPTTL", &set_integer<kOptions, &O::ip_ttl>},
    SocketSetting{"TCPCongestion", &set_plain_text<kOptions, &O::congestion_control>},
    SocketSetting{"SocketMode", &set_mode<&U::nodes, &N::mode>},
    SocketSetting{"DirectoryMode", &set_mode<&U::nodes, &N::directory_mode>},
    SocketSetting{"SocketUser", &set_account<&U::nodes, &N::user>},
    SocketSetting{"SocketGroup", &set_account<&U::nodes, &N::group>},
    SocketSetting{"Symlinks", &add_symlinks},
    SocketSetting{"RemoveOnStop", &set_boolean<&U::nodes, &N::are_removed_on_stop>},
    SocketSetting{"TriggerLimitIntervalSec", &set_seconds<&U::trigger_limit, &T::interval_usec>},
    SocketSetting{"TriggerLimitBurst", &set_unsigned<&U::trigger_limit, &T::burst>},
    SocketSetting{"ExecStartPre", &add_commands<&U::commands, &C::start_pre>},
    SocketSetting{"ExecStartPost", &add_commands<&U::commands, &C::start_post>},
    SocketSetting{"ExecStopPre", &add_commands<&U::commands, &C::stop_pre>},
    SocketSetting{"ExecStopPost", &add_commands<&U::commands, &C::stop_post>},
    SocketSetting{"TimeoutSec", &set_timeout},
};

}  // namespace

std::span<const UnitSetting<SocketUnit>> socket_settings() {
  return kSettings;
}

const Setting* find_process_setting(std::string_view key) {
  if (key == "ReloadSignal") return nullptr;
  for (const auto table : {execution_settings(), output_settings(), kill_settings()}) {
    const auto found = std::ranges::find(table, key, &Setting::key);
    if (found != table.end()) return &*found;
  }
  return nullptr;
}

}  // namespace logq::supervise
