// The part of Collector that deals with what comes from the kernel: none of it is needed, so
// what cannot be had costs one line.
#include <cerrno>

#include "collect/collector.h"

namespace logq::collect {
namespace {

// A kernel built without it, or a container for which there is none.
bool is_without_audit(const Error& error) {
  return error.sys_errno == EPROTONOSUPPORT || error.sys_errno == EAFNOSUPPORT ||
         error.sys_errno == ECONNREFUSED;
}

}  // namespace

void Collector::make_kernel_source(std::uint64_t tail_seqnum) {
  const std::string path = options_.runtime_dir + "/kernel-seqnum";
  auto position = KernelPosition::open(path, boot_id_, tail_seqnum);
  if (!position.has_value()) {
    diagnose_(path + ": " + position.error().message() +
              "; kernel messages will be stored again after a restart");
    position = KernelPosition();
  }
  kernel_ = std::make_unique<KernelSource>(KernelServices{*ingest_, *driver_, drops_},
                                           std::move(*position), options_.forward_to_kmsg);
}

void Collector::start_kernel_source() {
  if (kernel_ == nullptr) return;
  const auto refuse = [this](const Error& error) {
    diagnose_(options_.kmsg_path + ": " + error.message() + "; kernel messages are not collected");
  };
  kernel_->on_activity([this] { after_work(); });
  kernel_->on_failure(refuse);
  auto device = KernelSource::open_device(options_.kmsg_path);
  if (!device.has_value()) return refuse(device.error());
  const auto started = kernel_->start(std::move(*device), event_.get());
  if (!started.has_value()) return refuse(started.error());
  kernel_->catch_up();  // at a boot older than what waits in the sockets
}

// Where a manager makes the sockets, it has decided whether there is one for audit records.
void Collector::start_audit_source(SocketSet& sockets) {
  base::UniqueFd socket = std::move(sockets.audit);
  if (!socket.is_open() && !sockets.any_passed && options_.audit.has_value()) {
    auto opened = AuditSource::open_socket();
    if (opened.has_value()) {
      socket = std::move(*opened);
    } else if (!is_without_audit(opened.error())) {
      diagnose_("audit: " + opened.error().message() + "; audit records are not collected");
    }
  }
  if (!socket.is_open()) return;
  const AuditMode mode = options_.audit.value_or(AuditMode::kKeep);
  if (mode != AuditMode::kKeep) {
    const auto done = AuditSource::switch_auditing(socket.get(), mode == AuditMode::kOn);
    if (!done.has_value()) diagnose_("audit: " + done.error().message());
  }
  audit_ = std::make_unique<AuditSource>(AuditServices{*ingest_, drops_});
  audit_->on_activity([this] { after_work(); });
  const auto started = audit_->start(std::move(socket), event_.get());
  if (!started.has_value()) diagnose_("audit: " + started.error().message());
}

}  // namespace logq::collect
