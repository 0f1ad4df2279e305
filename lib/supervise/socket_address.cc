#include "supervise/socket_address.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

#include <net/if.h>

#include "base/try.h"
#include "supervise/setting_values.h"
#include "supervise/unit_syntax.h"
#include "wire/loose_integer.h"

namespace logq::supervise {
namespace {

using Family = SocketAddress::Family;

constexpr std::size_t kPathMax = sizeof(sockaddr_un::sun_path) - 1;
constexpr std::size_t kAbstractNameMax = kPathMax - 1;  // as systemd: without its leading NUL
constexpr std::uint32_t kPortMax = 65535;

constexpr Literal kNoAddress =
    "neither a path, @NAME, a port, IPV4:PORT, [IPV6]:PORT nor vsock:CID:PORT";

Error invalid(Literal what) {
  return Error::system(EINVAL, what);
}

// A number up to `most`; with ERANGE what is one beyond that, or below zero.
Result<std::uint32_t> parse_number(std::string_view text, std::uint64_t most) {
  const bool is_negative = text.starts_with('-');
  const std::string_view digits = text.substr(is_negative ? 1 : 0);
  const bool is_bare = !digits.empty() && (is_negative ? digits.front() >= '0' : true) &&
                       without_blanks(digits).size() == digits.size();
  const auto number = is_bare ? wire::parse_loose_unsigned(digits) : std::nullopt;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool is_huge = !number && digits.size() > 16 && std::ranges::all_of(digits, is_digit);
  if (!number && !is_huge) return fail(invalid("not a number"));
  if (is_huge || *number > most || (is_negative && *number > 0)) {
    return fail(Error::system(ERANGE, "number out of range"));
  }
  return static_cast<std::uint32_t>(*number);
}

Result<std::uint32_t> parse_port(std::string_view text) {
  const std::uint32_t port = LOGQ_TRY(parse_number(text, kPortMax));
  if (port == 0) return fail(invalid("port 0"));
  return port;
}

Result<SocketAddress> parse_path(std::string_view text) {
  if (text.size() < 2) return fail(invalid("path of a directory"));
  if (text.size() > kPathMax) return fail(Error::system(ENAMETOOLONG, "path too long"));
  SocketAddress address;
  address.path = text;
  return address;
}

Result<SocketAddress> parse_abstract(std::string_view name) {
  if (name.empty()) return fail(invalid("empty name"));
  if (name.size() > kAbstractNameMax) return fail(invalid("name too long"));
  SocketAddress address;
  address.family = Family::kAbstract;
  address.path = name;
  return address;
}

// The port first, as systemd, for which of two mistakes is told.
Result<SocketAddress> parse_vsock(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return fail(invalid("no port"));
  SocketAddress address;
  address.family = Family::kVsock;
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  address.port = LOGQ_TRY(parse_number(text.substr(colon + 1), kMost));
  const std::string_view context = text.substr(0, colon);
  address.context = context.empty() ? VMADDR_CID_ANY : LOGQ_TRY(parse_number(context, kMost));
  return address;
}

bool parse_ip(int family, std::string_view text, SocketAddress& address) {
  return ::inet_pton(family, std::string(text).c_str(), address.ip.data()) == 1;
}

// "[ADDRESS]:PORT" with a zone behind the port or within the brackets.
Result<SocketAddress> parse_inet6(std::string_view text) {
  const std::size_t end = text.find(']');
  if (end == std::string_view::npos || text.substr(end + 1, 1) != ":") {
    return fail(invalid("no port"));
  }
  SocketAddress address;
  address.family = Family::kInet6;
  std::string_view ip = text.substr(1, end - 1);
  std::string_view port = text.substr(end + 2);
  std::string_view& zoned = ip.find('%') != std::string_view::npos ? ip : port;
  if (const std::size_t percent = zoned.find('%'); percent != std::string_view::npos) {
    address.zone = zoned.substr(percent + 1);
    zoned = zoned.substr(0, percent);
    if (!is_interface_name(address.zone) && !parse_unsigned(address.zone)) {
      return fail(invalid("bad zone"));
    }
  }
  if (!parse_ip(AF_INET6, ip, address)) return fail(invalid("not an IPv6 address"));
  address.port = LOGQ_TRY(parse_port(port));
  return address;
}

Result<SocketAddress> parse_inet4(std::string_view text, std::size_t colon) {
  SocketAddress address;
  address.family = Family::kInet4;
  if (!parse_ip(AF_INET, text.substr(0, colon), address)) {
    return fail(invalid(kNoAddress));
  }
  address.port = LOGQ_TRY(parse_port(text.substr(colon + 1)));
  return address;
}

Result<SocketAddress> parse_bare_port(std::string_view text) {
  const std::size_t first = text.find_first_not_of("+-");
  const bool is_number =
      first != std::string_view::npos && text[first] >= '0' && text[first] <= '9';
  if (!is_number) return fail(invalid(kNoAddress));
  SocketAddress address;
  address.family = Family::kPort;
  address.port = LOGQ_TRY(parse_port(text));
  return address;
}

Result<NativeAddress> native_unix(const SocketAddress& address) {
  const bool is_abstract = address.family == Family::kAbstract;
  sockaddr_un native{};
  native.sun_family = AF_UNIX;
  if (address.path.size() > (is_abstract ? kAbstractNameMax : kPathMax)) {
    return fail(Error::system(ENAMETOOLONG, "address"));
  }
  address.path.copy(native.sun_path + (is_abstract ? 1 : 0), address.path.size());
  NativeAddress result;
  ::memcpy(&result.storage, &native, sizeof native);
  // Of an abstract one the NUL in front counts, of a path the one behind it.
  result.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + address.path.size());
  return result;
}

// systemd's names.
constexpr std::array<std::pair<std::string_view, std::uint32_t>, 18> kNetlinkProtocols{
    {{"route", NETLINK_ROUTE},
     {"firewall", NETLINK_FIREWALL},
     {"inet-diag", NETLINK_INET_DIAG},
     {"nflog", NETLINK_NFLOG},
     {"xfrm", NETLINK_XFRM},
     {"selinux", NETLINK_SELINUX},
     {"iscsi", NETLINK_ISCSI},
     {"audit", NETLINK_AUDIT},
     {"fib-lookup", NETLINK_FIB_LOOKUP},
     {"connector", NETLINK_CONNECTOR},
     {"netfilter", NETLINK_NETFILTER},
     {"ip6-fw", NETLINK_IP6_FW},
     {"dnrtmsg", NETLINK_DNRTMSG},
     {"kobject-uevent", NETLINK_KOBJECT_UEVENT},
     {"generic", NETLINK_GENERIC},
     {"scsitransport", NETLINK_SCSITRANSPORT},
     {"ecryptfs", NETLINK_ECRYPTFS},
     {"rdma", NETLINK_RDMA}}};

std::optional<std::uint32_t> netlink_protocol(std::string_view name) {
  for (const auto& [known, number] : kNetlinkProtocols)
    if (known == name) return number;
  const auto number = parse_number(name, std::numeric_limits<int>::max());
  return number ? std::optional(*number) : std::nullopt;
}

std::string netlink_text(const SocketAddress& address) {
  std::string name = std::to_string(address.context);
  for (const auto& [known, number] : kNetlinkProtocols)
    if (number == address.context) name = known;
  return name + " " + std::to_string(address.port);
}

template <typename Native>
NativeAddress stored(const Native& native) {
  NativeAddress result;
  ::memcpy(&result.storage, &native, sizeof native);
  result.size = sizeof native;
  return result;
}

Result<NativeAddress> native_inet6(const SocketAddress& address) {
  sockaddr_in6 native{};
  native.sin6_family = AF_INET6;
  native.sin6_port = htons(static_cast<std::uint16_t>(address.port));
  ::memcpy(&native.sin6_addr, address.ip.data(), sizeof native.sin6_addr);
  if (!address.zone.empty()) {
    native.sin6_scope_id = ::if_nametoindex(address.zone.c_str());
    if (native.sin6_scope_id == 0) {
      native.sin6_scope_id = parse_unsigned(address.zone).value_or(0);
    }
    if (native.sin6_scope_id == 0) return fail(Error::system(ENODEV, "zone"));
  }
  return stored(native);
}

std::string ip_text(int family, const SocketAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const char* const shown = ::inet_ntop(family, address.ip.data(), text.data(), text.size());
  return shown == nullptr ? "" : shown;
}

}  // namespace

std::string SocketAddress::text() const {
  const std::string end = ":" + std::to_string(port);
  switch (family) {
    case Family::kPath:
      return path;
    case Family::kAbstract:
      return "@" + path;
    case Family::kInet4:
      return ip_text(AF_INET, *this) + end;
    case Family::kPort:
    case Family::kInet6:
      return "[" + ip_text(AF_INET6, *this) + "]" + end + (zone.empty() ? "" : "%" + zone);
    case Family::kVsock:
      return "vsock:" + (context == VMADDR_CID_ANY ? "" : std::to_string(context)) + end;
    case Family::kNetlink:
      return netlink_text(*this);
  }
  return {};
}

Result<SocketAddress> parse_socket_address(std::string_view text) {
  constexpr std::string_view kVsock = "vsock:";
  if (text.find('\0') != std::string_view::npos) return fail(invalid("NUL byte"));
  if (text.starts_with('/')) return parse_path(text);
  if (text.starts_with('@')) return parse_abstract(text.substr(1));
  if (text.starts_with(kVsock)) return parse_vsock(text.substr(kVsock.size()));
  if (text.starts_with('[')) return parse_inet6(text);
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos) return parse_inet4(text, colon);
  return parse_bare_port(text);
}

Result<SocketAddress> parse_netlink_address(std::string_view text) {
  SocketAddress address;
  address.family = Family::kNetlink;
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  const auto protocol = netlink_protocol(text.substr(0, end));
  if (!protocol) return fail(invalid("no protocol of netlink"));
  address.context = *protocol;
  const std::string_view groups = without_blanks(text.substr(end));
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  if (!groups.empty()) address.port = LOGQ_TRY(parse_number(groups, kMost));
  return address;
}

Result<NativeAddress> native_address(const SocketAddress& address) {
  if (address.is_unix()) return native_unix(address);
  if (address.family == Family::kInet4) {
    sockaddr_in native{};
    native.sin_family = AF_INET;
    native.sin_port = htons(static_cast<std::uint16_t>(address.port));
    ::memcpy(&native.sin_addr, address.ip.data(), sizeof native.sin_addr);
    return stored(native);
  }
  if (address.family == Family::kNetlink) {
    sockaddr_nl native{};
    native.nl_family = AF_NETLINK;
    native.nl_groups = address.port;
    return stored(native);
  }
  if (address.family == Family::kVsock) {
    sockaddr_vm native{};
    native.svm_family = AF_VSOCK;
    native.svm_cid = address.context;
    native.svm_port = address.port;
    return stored(native);
  }
  return native_inet6(address);
}

}  // namespace logq::supervise
