// PassedFile: the bytes of an entry that came as a file descriptor, because it was too large for a
// datagram (docs/protocols.md, "Large entries").
//
// A memfd sealed against every change is mapped. Anything else is copied: from root any regular
// file, from others only one directly in /dev/shm, /tmp or /var/tmp, and half as large at most.
#pragma once

#include <string>
#include <string_view>

#include "base/mapped_region.h"
#include "base/unique_fd.h"
#include "logq/result.h"

namespace logq::collect {

class PassedFile {
 public:
  enum class Sender { kRoot, kUser };

  // Fails with kInvalidArgument for a file that is not acceptable, kTooLarge beyond the limits.
  static Result<PassedFile> take(base::UniqueFd fd, Sender sender);

  PassedFile() = default;
  [[nodiscard]] std::string_view bytes() const;  // valid until the object is moved or destroyed

 private:
  base::MappedRegion map_;
  std::string copy_;
};

}  // namespace logq::collect
