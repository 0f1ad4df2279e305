// StorageWatch: puts into the log what becomes of the storage, and looks for a way back to
// persistent storage while volatile storage is its refuge. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>

#include <systemd/sd-event.h>

#include "collect/driver_messages.h"
#include "collect/drops.h"
#include "collect/storage.h"
#include "logq/result.h"

namespace logq::collect {

class StorageWatch {
 public:
  // All must outlive it.
  StorageWatch(Storage& storage, DriverMessages& driver, Drops& drops)
      : storage_(storage),
        driver_(driver),
        drops_(drops) {}
  StorageWatch(const StorageWatch&) = delete;
  StorageWatch& operator=(const StorageWatch&) = delete;
  ~StorageWatch();

  // `event` must outlive this object; `on_look` is called after each look for a way back,
  // `keep_alive` now and then during one.
  Result<void> start(sd_event* event,
                     std::function<void()> on_look,
                     std::function<void()> keep_alive);
  // To be called after work that may have stored something; cheap.
  void note_work();
  // One last look, at the end; what is to be told of drops is in them afterwards.
  void finish();

 private:
  static int on_time(sd_event_source* source, std::uint64_t usec, void* self);
  void report();

  Storage& storage_;
  DriverMessages& driver_;
  Drops& drops_;
  std::function<void()> on_look_;
  std::function<void()> keep_alive_;
  sd_event_source* timer_ = nullptr;
  std::uint64_t armed_for_usec_ = 0;
  std::uint64_t overflowed_untold_ = 0;
};

}  // namespace logq::collect
