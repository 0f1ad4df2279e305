#include "support/input_peer.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <stdexcept>
#include <utility>

#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

constexpr std::size_t kDescriptorsMax = 253;  // SCM_MAX_FD of the kernel
constexpr std::size_t kShownBytes = 160;
constexpr std::string_view kMarker = "the next sample begins";
constexpr std::string_view kMarkerField = "MESSAGE=the next sample begins";

// Room for the largest datagrams, as libsystemd asks for it.
base::UniqueFd connect_datagrams(const std::string& path) {
  base::UniqueFd fd = connect_unix(path, SOCK_DGRAM);
  const int bytes = 8 << 20;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
  return fd;
}

// Control data of one message, built up.
class Control {
 public:
  void add(int type, const void* data, std::size_t size) {
    cmsghdr header{};
    header.cmsg_len = CMSG_LEN(size);
    header.cmsg_level = SOL_SOCKET;
    header.cmsg_type = type;
    std::memcpy(bytes_.data() + size_, &header, sizeof(header));
    std::memcpy(bytes_.data() + size_ + CMSG_LEN(0), data, size);
    size_ += CMSG_SPACE(size);
  }
  void attach_to(msghdr& message) {
    message.msg_control = size_ == 0 ? nullptr : bytes_.data();
    message.msg_controllen = size_;
  }

 private:
  alignas(cmsghdr) std::array<char, 2048> bytes_{};
  std::size_t size_ = 0;
};

bool is_marker(const StoredEntry& entry) {
  return std::ranges::find(entry, kMarkerField) != entry.end();
}

std::string shortened(std::string_view text) {
  std::string out = escaped_bytes(text.substr(0, kShownBytes));
  if (text.size() > kShownBytes) out += "... (" + std::to_string(text.size()) + " bytes)";
  return out;
}

}  // namespace

bool send_message(const base::UniqueFd& socket, const Datagram& datagram) {
  Control control;
  std::array<int, kDescriptorsMax> numbers{};
  if (!datagram.descriptors.empty()) {
    const std::size_t count = std::min(datagram.descriptors.size(), kDescriptorsMax);
    for (std::size_t i = 0; i < count; ++i)
      numbers[i] = datagram.descriptors[i].get();
    control.add(SCM_RIGHTS, numbers.data(), count * sizeof(int));
  }
  if (datagram.uid != ::getuid() || datagram.pid != 0) {
    const pid_t pid = datagram.pid != 0 ? datagram.pid : ::getpid();
    const ucred credentials{pid, datagram.uid, ::getgid()};
    control.add(SCM_CREDENTIALS, &credentials, sizeof(credentials));
  }
  iovec data{const_cast<char*>(datagram.bytes.data()), datagram.bytes.size()};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  control.attach_to(message);
  while (::sendmsg(socket.get(), &message, MSG_NOSIGNAL) < 0) {
    if (errno == EPIPE || errno == ECONNRESET) return false;
    if (errno != EINTR) throw std::runtime_error(std::string("sendmsg: ") + std::strerror(errno));
  }
  return true;
}

void send_datagram(const base::UniqueFd& socket, const Datagram& datagram) {
  if (!send_message(socket, datagram)) throw std::runtime_error("the collector has gone");
}

StoredEntry stored_entry(const std::vector<std::pair<std::string, std::string>>& exported) {
  StoredEntry entry;
  const std::string own_pid = std::to_string(::getpid());
  for (const auto& [name, value] : exported) {
    if (name.starts_with("__")) continue;
    const bool hidden = name == "_STREAM_ID" || name == "_SOURCE_REALTIME_TIMESTAMP" ||
                        (name == "_PID" && value != own_pid);
    entry.push_back(name + "=" + (hidden ? "(masked)" : value));
  }
  std::ranges::sort(entry);
  return entry;
}

InputPeer::InputPeer(StockJournald& journald)
    : stdout_socket_(journald.stdout_socket()),
      native_(connect_datagrams(journald.native_socket())),
      syslog_(connect_datagrams(journald.syslog_socket())),
      sync_([&journald] { journald.sync(); }),
      export_all_([&journald] {
        return journald.journalctl({"-o", "export"});
      }) {}

InputPeer::InputPeer(PrivateLogqd& logqd)
    : stdout_socket_(logqd.stdout_socket()),
      native_(connect_datagrams(logqd.native_socket())),
      syslog_(connect_datagrams(logqd.syslog_socket())),
      sync_([&logqd] { logqd.sync(); }),
      export_all_([&logqd] {
        return logqd.read("journalctl", {"-q", "-o", "export"}).out;
      }) {}

void InputPeer::send_native(const Datagram& datagram) {
  send_datagram(native_, datagram);
}

void InputPeer::send_syslog(const Datagram& datagram) {
  send_datagram(syslog_, datagram);
}

// Journald 252 asks for credentials once it has accepted: bytes sent before that carry none, and
// what follows would be taken for another sender's.
base::UniqueFd InputPeer::open_stream() {
  return std::move(open_streams(1).front());
}

std::vector<base::UniqueFd> InputPeer::open_streams(std::size_t count) {
  std::vector<base::UniqueFd> streams(count);
  for (base::UniqueFd& stream : streams)
    stream = connect_unix(stdout_socket_, SOCK_STREAM);
  sync();
  return streams;
}

void InputPeer::mark_native() {
  send_native({"MESSAGE=" + std::string(kMarker) + "\n", {}, ::getuid()});
}

void InputPeer::mark_syslog() {
  send_syslog({kMarker, {}, ::getuid()});
}

std::vector<std::vector<StoredEntry>> InputPeer::stored() const {
  std::vector<std::vector<StoredEntry>> samples;
  for (const OrderedFields& exported : parse_export_in_order(export_all_())) {
    StoredEntry entry = stored_entry(exported);
    if (is_marker(entry)) {
      samples.emplace_back();
    } else if (!samples.empty() && !std::ranges::binary_search(entry, "_TRANSPORT=driver")) {
      samples.back().push_back(std::move(entry));
    }
  }
  return samples;
}

std::vector<std::vector<StoredEntry>> InputPeer::stored_streams() const {
  std::map<std::string, std::vector<StoredEntry>> by_id;
  for (const OrderedFields& exported : parse_export_in_order(export_all_())) {
    const auto id = std::ranges::find(exported, "_STREAM_ID", &OrderedFields::value_type::first);
    if (id != exported.end()) by_id[id->second].push_back(stored_entry(exported));
  }
  std::vector<std::vector<StoredEntry>> streams;
  for (auto& [id, entries] : by_id)
    streams.push_back(std::move(entries));
  std::ranges::sort(streams);
  return streams;
}

std::vector<std::string> InputPeer::last_names() const {
  std::vector<std::string> names;
  const std::vector<OrderedFields> entries = parse_export_in_order(export_all_());
  if (entries.empty()) return names;
  for (const auto& [name, value] : entries.back())
    if (!name.starts_with("__")) names.push_back(name);
  return names;
}

std::string escaped_bytes(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte >= ' ' && byte < 0x7f && c != '\\';
    out += plain ? std::string(1, c) : std::string{'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

std::string describe_entries(const std::vector<StoredEntry>& entries) {
  std::string text = std::to_string(entries.size()) + " entries\n";
  for (const StoredEntry& entry : entries) {
    for (const std::string& field : entry)
      text += "    " + shortened(field) + "\n";
    text += "    --\n";
  }
  return text;
}

}  // namespace logq::test
