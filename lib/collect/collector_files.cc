// The part of Collector that has to do with entries that come as files, which others may still work
// at when their datagram has long been dealt with.
#include <memory>
#include <utility>

#include "collect/collector.h"
#include "collect/native_source.h"

namespace logq::collect {

Result<void> Collector::start_files() {
  native_source_->files().set_compress(options_.compress);
  return native_source_->start_files(event_.get(), [this] {
    if (native_source_->has_released()) native_.more.set(true);
    after_work();
    if (synchronizer_ != nullptr) synchronizer_->wake();
  });
}

// A killed predecessor had descriptors that nobody has any more.
void Collector::note_lost_files(ReceiveArea& area) {
  drops_.add(DropCause::kDescriptorLost, area.files_waiting());
  area.set_files_waiting(0);
}

bool Collector::drain_files() {
  return native_source_->files().drain_once() || native_source_->has_released();
}

// The socket first, then the files that came by it, and what had to wait for these.
Synchronizer::Input Collector::files_for_sync() {
  struct Progress {
    bool received = false;
    std::uint64_t last_file = 0;
  };
  const auto progress = std::make_shared<Progress>();
  Synchronizer::Input socket = drain_of(native_);
  const auto is_all = [this, progress] {
    return native_source_->files().are_done(progress->last_file) &&
           !native_source_->has_released() && native_source_->has_stored_marked();
  };
  return {[progress, mark = std::move(socket.mark)] {
            *progress = {};
            mark();
          },
          [this, progress, is_all, step = std::move(socket.step)] {
            if (!progress->received) {
              if (!step()) return false;
              progress->received = true;
              progress->last_file = native_source_->files().last();
            } else if (!native_source_->has_stored_marked()) {
              work(native_);
            }
            return is_all();
          },
          [this, progress] {
            return progress->received && !native_source_->files().are_done(progress->last_file);
          }};
}

}  // namespace logq::collect
