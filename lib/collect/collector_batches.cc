// The part of Collector that has to do with the batch socket.
#include <unistd.h>

#include "base/try.h"
#include "collect/collector.h"
#include "collect/limits.h"

namespace logq::collect {

DatagramServices Collector::datagram_services() {
  return {*ingest_, *clients_, drops_, ::getpid(), forwards_.get(), options_.process_handles};
}

Result<void> Collector::make_batches() {
  const std::string path = options_.runtime_dir + "/batch-clients";
  batches_ = std::make_unique<BatchSource>(
      datagram_services(),
      LOGQ_TRY(named(path, BatchClients::open(path, boot_id_, kBatchClientsMax))));
  batches_->on_activity([this] { after_work(); });
  return {};
}

Result<void> Collector::open_batches(base::UniqueFd listener, ReceiveArea area) {
  return named("event loop", batches_->start(std::move(listener), std::move(area), event_.get()));
}

void Collector::remove_batch_files() const {
  std::ignore = ::unlink((options_.runtime_dir + "/receive-batch").c_str());
  // A client that goes on with a successor must hear from it how far it has come.
  if (batches_->clients() == 0) {
    std::ignore = ::unlink((options_.runtime_dir + "/batch-clients").c_str());
  }
}

}  // namespace logq::collect
