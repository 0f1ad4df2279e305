// DescriptorReserve: a descriptor that is given up for a moment when descriptors have run out, so
// that a waiting connection can be accepted and closed. Left in the queue it would keep the event
// loop spinning. Not thread-safe.
#pragma once

#include "base/unique_fd.h"

namespace logq::collect {

class DescriptorReserve {
 public:
  DescriptorReserve();

  // Accepts one connection and closes it; false when there was none.
  bool refuse_one(int listener);

 private:
  base::UniqueFd reserve_;
};

}  // namespace logq::collect
