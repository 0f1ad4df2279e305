#include "collect/audit_source.h"

#include <linux/audit.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/try.h"
#include "collect/control_message.h"
#include "collect/limits.h"
#include "wire/audit_record.h"
#include "wire/audit_type.h"

namespace logq::collect {
namespace {

constexpr std::string_view kAuditTransport = "_TRANSPORT=audit";
constexpr int kNotice = 5;  // records have no level of their own
constexpr unsigned kGroups = 1U << (AUDIT_NLGRP_READLOG - 1);
constexpr int kAuditBufferBytes = 8 << 20;

// Records are made by the kernel only, and netlink says who has sent a message.
bool is_from_kernel(const sockaddr_nl& sender, const ControlData& control) {
  return sender.nl_family == AF_NETLINK && sender.nl_pid == 0 && control.credentials.has_value() &&
         control.credentials->pid == 0;
}

// Below the types of records there are requests and their answers.
bool is_record_type(int type) {
  return type >= AUDIT_FIRST_USER_MSG || type == AUDIT_USER;
}

}  // namespace

AuditSource::AuditSource(const AuditServices& services)
    : services_(services),
      buffer_(kAuditMessageBytes) {}

Result<base::UniqueFd> AuditSource::open_socket() {
  base::UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT));
  if (!fd.is_open()) return fail(Error::system(errno, "socket"));
  std::ignore = ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kAuditBufferBytes,
                             sizeof(kAuditBufferBytes));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = kGroups;
  const void* generic = &address;
  if (::bind(fd.get(), static_cast<const sockaddr*>(generic), sizeof(address)) < 0) {
    return fail(Error::system(errno, "bind"));
  }
  return fd;
}

Result<void> AuditSource::switch_auditing(int socket, bool on) {
  struct {
    nlmsghdr header;
    audit_status status;
  } request{};
  request.header.nlmsg_len = sizeof(request);
  request.header.nlmsg_type = AUDIT_SET;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.status.mask = AUDIT_STATUS_ENABLED;
  request.status.enabled = on ? 1 : 0;
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  const void* generic = &kernel;
  if (::sendto(socket, &request, sizeof(request), 0, static_cast<const sockaddr*>(generic),
               sizeof(kernel)) < 0) {
    return fail(Error::system(errno, "sendto"));
  }
  return {};
}

Result<void> AuditSource::start(base::UniqueFd socket, sd_event* event) {
  socket_ = std::move(socket);
  enable_control(socket_.get());
  return watch_.start(event, socket_.get(), SD_EVENT_PRIORITY_NORMAL, [this] {
    work();
    if (notify_) notify_();
  });
}

bool AuditSource::work() {
  if (!socket_.is_open()) return false;
  services_.ingest.refresh_time();
  for (std::size_t i = 0; i < kAuditMessagesPerWakeup; ++i) {
    const Next next = receive();
    if (next == Next::kNone) return false;
    if (next == Next::kMessage) take_message({buffer_.data(), size_});
  }
  return true;
}

AuditSource::Next AuditSource::receive() {
  sockaddr_nl sender{};
  iovec data{buffer_.data(), buffer_.size()};
  alignas(cmsghdr) std::array<char, kControlBytes> control{};
  msghdr message{};
  message.msg_name = &sender;
  message.msg_namelen = sizeof(sender);
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t size = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0) {
    if (errno != ENOBUFS) return errno == EINTR ? Next::kOther : Next::kNone;
    services_.drops.add(DropCause::kAuditOverrun);  // how many, nobody knows
    return Next::kOther;
  }
  const bool is_cut = (message.msg_flags & MSG_TRUNC) != 0;
  const ControlData attested = parse_control(message, kControlBytes, Descriptors::kTake);
  if (is_cut || !is_from_kernel(sender, attested)) {
    services_.drops.add(DropCause::kAuditRecord);
    return Next::kOther;
  }
  size_ = static_cast<std::size_t>(size);
  return Next::kMessage;
}

void AuditSource::take_message(std::string_view message) {
  nlmsghdr header{};
  if (message.size() < sizeof(header)) return services_.drops.add(DropCause::kAuditRecord);
  std::memcpy(&header, message.data(), sizeof(header));
  if (!is_record_type(header.nlmsg_type)) return;
  if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > message.size()) {
    return services_.drops.add(DropCause::kAuditRecord);
  }
  store(header.nlmsg_type, message.substr(sizeof(header), header.nlmsg_len - sizeof(header)));
}

void AuditSource::store(int type, std::string_view payload) {
  const auto record = wire::parse_audit_record(payload);
  if (!record.has_value()) return services_.drops.add(DropCause::kAuditRecord);
  const std::string name = wire::audit_type_name(type);
  payloads_.clear();
  payloads_.push_back("_AUDIT_TYPE=" + std::to_string(type));
  payloads_.push_back("_AUDIT_TYPE_NAME=" + name);
  payloads_.push_back("_AUDIT_ID=" + std::to_string(record->id));
  payloads_.emplace_back("SYSLOG_FACILITY=4");
  payloads_.emplace_back("SYSLOG_IDENTIFIER=audit");
  payloads_.push_back("MESSAGE=" + name + " " + std::string(record->text));
  wire::append_audit_fields(record->text, payloads_);
  fields_.assign(payloads_.begin(), payloads_.end());
  IngestEntry entry{fields_, kAuditTransport};
  entry.priority = kNotice;
  entry.source_realtime_usec = record->realtime_usec;
  services_.ingest.append(entry, ProgressCell(&progress_word_), 0);
}

}  // namespace logq::collect
