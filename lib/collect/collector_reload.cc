// The part of Collector that takes up a changed configuration while it runs.
#include <algorithm>

#include <systemd/sd-daemon.h>

#include "collect/collector.h"

namespace logq::collect {
namespace {

// What has changed and takes effect with the next start only, for the operator; empty: nothing.
std::string left_for_next_start(const CollectorOptions& before, const CollectorOptions& after) {
  const bool stores_nothing_either_way =
      before.storage == StorageMode::kNone && after.storage == StorageMode::kNone;
  const bool is_about_nothing =
      before.storage == StorageMode::kNone || after.storage == StorageMode::kNone;
  std::string keys;
  if (is_about_nothing && !stores_nothing_either_way) keys += " Storage=";
  if (before.line_max != after.line_max) keys += " LineMax=";
  if (before.read_kmsg != after.read_kmsg) keys += " ReadKMsg=";
  if (before.kmsg_path != after.kmsg_path) keys += " KMsgPath=";
  if (before.audit != after.audit) keys += " Audit=";
  if (before.process_handles != after.process_handles) keys += " ProcessHandles=";
  if (before.split_mode != after.split_mode) keys += " SplitMode=";
  return keys;
}

}  // namespace

void Collector::apply_limits() {
  ingest_->set_limits(
      options_.rate_limit, options_.max_level_store,
      [this](std::string_view unit, std::uint64_t count, const ClientMetadata& sender) {
        driver_->suppressed(unit, count, &sender);
      });
}

// journald since 258 does the same: what was moved to volatile storage by its configuration comes
// back by it, and the other way round.
void Collector::change_storage(StorageMode before) {
  if (before == options_.storage) return;
  if (options_.storage == StorageMode::kVolatile) {
    std::ignore = relinquish_now();
  } else if (before == StorageMode::kVolatile) {
    std::ignore = flush_now();
  }
}

void Collector::reload() {
  if (!reread_) return;
  const std::string since = std::to_string(base::Clock::system().now().monotonic_usec);
  std::ignore = sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + since).c_str());
  if (auto options = reread_()) {
    const CollectorOptions before = options_;
    const std::string left = left_for_next_start(before, *options);
    options_ = std::move(*options);
    // What the command line says, or was made of it, stays.
    options_.runtime_dir = before.runtime_dir;
    options_.storage_dir = before.storage_dir;
    options_.volatile_dir = before.volatile_dir;
    options_.log_namespace = before.log_namespace;
    options_.persistent_at_once = before.persistent_at_once;
    options_.line_max = before.line_max;
    options_.split_mode = before.split_mode;
    const bool keeps_mode = left.find(" Storage=") != std::string::npos;
    if (keeps_mode) options_.storage = before.storage;

    apply_limits();
    change_forwards();
    sync_->set_interval(
        SyncWorker::Usec(std::min(options_.sync_interval_usec, options_.sync_interval_max_usec)));
    storage_->reconfigure();
    native_source_->files().set_compress(options_.compress);
    change_storage(before.storage);
    diagnose_(left.empty() ? "configuration read again"
                           : "configuration read again; for the next start only:" + left);
  }
  std::ignore = sd_notify(0, "READY=1");
}

}  // namespace logq::collect
