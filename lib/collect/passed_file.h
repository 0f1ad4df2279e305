// PassedFile: the bytes of an entry that came as a file descriptor, because it was too large for a
// datagram (docs/protocols.md, "Large entries").
//
// A memfd sealed against every change is mapped. Anything else is copied: from root any regular
// file, from others only one directly in /dev/shm, /tmp or /var/tmp, and half as large at most. One
// that shrinks meanwhile is refused.
//
// A file system of the sender's can make take() hang, but for a memfd (is_sealed_memfd()).
#pragma once

#include <span>
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
  // Changes stay here. Valid until the object is destroyed.
  [[nodiscard]] std::span<char> bytes() const;

 private:
  base::MappedRegion map_;
};

// Whether `fd` is a memfd that nobody can change any more. Asks no file system but the kernel's.
bool is_sealed_memfd(int fd);

}  // namespace logq::collect
