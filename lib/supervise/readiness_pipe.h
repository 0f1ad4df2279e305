// ReadinessPipe: where a program says that it is ready by s6's protocol: a newline at a descriptor.
// What comes before it says nothing, and what comes behind it nobody hears.
//
// Not thread-safe.
#pragma once

#include <functional>
#include <utility>

#include "base/unique_fd.h"
#include "logq/result.h"
#include "supervise/event_loop.h"

namespace logq::supervise {

class ReadinessPipe {
 public:
  // Borrows the loop. `on_ready`: for each newline that is the first in its pipe.
  ReadinessPipe(EventLoop& loop, std::function<void()> on_ready)
      : loop_(loop),
        on_ready_(std::move(on_ready)) {}

  // The end for the next program; that of the last one is not heard any more.
  Result<base::UniqueFd> open();
  // What has been said and not been heard yet: when its program has ended, say.
  void hear();

 private:
  EventLoop& loop_;
  const std::function<void()> on_ready_;
  base::UniqueFd pipe_;
  EventSource source_;
};

}  // namespace logq::supervise
