// KernelSource: the messages of the kernel, from /dev/kmsg (docs/kernel-sources.md, "Kernel
// messages").
//
// Lives on one sd-event loop, does a bounded amount of work per call, and goes on where its
// predecessor stopped. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <systemd/sd-event.h>

#include "base/unique_fd.h"
#include "collect/driver_messages.h"
#include "collect/drops.h"
#include "collect/ingest.h"
#include "collect/io_watch.h"
#include "collect/kernel_device.h"
#include "collect/kernel_position.h"
#include "wire/kernel_record.h"

namespace logq::collect {

// The references must outlive the source.
struct KernelServices {
  Ingest& ingest;
  DriverMessages& driver;
  Drops& drops;
};

class KernelSource {
 public:
  // `ignore_users` leaves out what processes wrote to the device, for a collector that writes there
  // itself what it stores.
  KernelSource(const KernelServices& services, KernelPosition position, bool ignore_users);
  KernelSource(const KernelSource&) = delete;
  KernelSource& operator=(const KernelSource&) = delete;
  ~KernelSource() = default;

  void set_ignore_users(bool ignore_users) { ignore_users_ = ignore_users; }
  // Where devices are looked up.
  void set_device_sources(DeviceSources sources) { device_sources_ = std::move(sources); }
  // Called after each piece of work that may have stored entries, and with the error that ends the
  // source.
  void on_activity(std::function<void()> notify) { notify_ = std::move(notify); }
  void on_failure(std::function<void(const Error& error)> notify) { failed_ = std::move(notify); }

  // Opens what gives kernel messages, one with each read(2).
  static Result<base::UniqueFd> open_device(const std::string& path);
  // Reads from `device` on `event`, which must outlive this object.
  Result<void> start(base::UniqueFd device, sd_event* event);
  // Stores up to a bound of what is there; whether there may be more.
  bool work();
  // Stores what there is at a start or a stop, when nothing else waits for its turn; bounded, too.
  void catch_up();

 private:
  enum class Next { kRecord, kNone, kFailed };
  Next read_record();
  void take_record(std::string_view bytes);
  void report_gap(std::uint64_t missed);
  [[nodiscard]] bool is_wanted(const wire::KernelRecord& record) const;
  void store(const wire::KernelRecord& record);
  void add(std::string_view name, std::string_view value);
  void add_dictionary(std::string_view dictionary);
  void stop();

  KernelServices services_;
  KernelPosition position_;
  bool ignore_users_;
  DeviceSources device_sources_;
  std::function<void()> notify_;
  std::function<void(const Error& error)> failed_;
  base::UniqueFd device_;
  IoWatch watch_;
  std::vector<char> buffer_;
  std::size_t size_ = 0;  // of the record in it
  std::vector<std::string> payloads_;
  std::vector<std::string_view> fields_;
};

}  // namespace logq::collect
