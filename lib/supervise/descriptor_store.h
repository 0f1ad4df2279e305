// DescriptorStore: descriptors that a service leaves with its supervisor, so that they outlive its
// process: FDSTORE=1 of sd_notify(3). Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "supervise/event_loop.h"

namespace logq::supervise {

class DescriptorStore {
 public:
  // `hung_up` is told the name of one that was dropped because nobody is at its other end any more.
  DescriptorStore(EventLoop& loop,
                  std::size_t most,
                  std::function<void(const std::string&)> hung_up);
  DescriptorStore(const DescriptorStore&) = delete;
  DescriptorStore& operator=(const DescriptorStore&) = delete;
  ~DescriptorStore() = default;

  enum class Outcome : std::uint8_t {
    kStored,
    kThereAlready,  ///< the same open file, by whatever number; this one is closed
    kNoRoom,        ///< closed
  };
  // `is_polled`: it is dropped when its other end hangs up or fails.
  Outcome add(base::UniqueFd fd, std::string name, bool is_polled);
  // Closes all of that name; how many that were.
  std::size_t remove(std::string_view name);
  void clear() { stored_.clear(); }

  struct Stored {
    base::UniqueFd fd;
    std::string name;
    EventSource watched;
  };
  // The one that was stored last comes first, as systemd hands them back.
  [[nodiscard]] const std::list<Stored>& all() const { return stored_; }

 private:
  EventLoop& loop_;
  const std::size_t most_;
  const std::function<void(const std::string&)> hung_up_;
  std::list<Stored> stored_;
};

}  // namespace logq::supervise
