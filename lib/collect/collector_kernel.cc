// The part of Collector that deals with what comes from the kernel: none of it is needed, so
// what cannot be had costs one line.
#include "collect/collector.h"

namespace logq::collect {

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
  if (!started.has_value()) refuse(started.error());
}

}  // namespace logq::collect
