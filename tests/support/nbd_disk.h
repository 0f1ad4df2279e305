// NbdDisk: a disk of the test's own with an ext4 file system on it, which can lose power or fail.
//
// nbdkit serves an image file, nbdfuse shows it as a file, a loop device makes a disk of that. A
// moment of power loss is a copy of the image while nbdkit stands still: what was acknowledged by
// then is in it, what was not is lost. All mounts are in a mount namespace of this process, and the
// servers die with it, so nothing is left behind whatever happens. Needs root and some programs:
// skip where `unavailable()` says why.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::test {

class NbdDisk {
 public:
  // Why there can be no such disk here; "" when there can. Moves the process into a mount namespace
  // of its own. REQUIRES: no other thread has been started yet.
  static std::string unavailable();

  // An ext4 whose own journal could not be written stays read-only when the disk works again; one
  // without a journal goes on.
  enum class Journal { kYes, kNone };

  // Throws std::runtime_error when it cannot be made.
  explicit NbdDisk(const std::string& size = "512M", Journal journal = Journal::kYes);
  NbdDisk(const NbdDisk&) = delete;
  NbdDisk& operator=(const NbdDisk&) = delete;
  ~NbdDisk();

  [[nodiscard]] std::string mount_point() const { return directory_.path() + "/mounted"; }

  // Copies the image as it is at this moment; `meanwhile` is called while the disk stands still.
  void copy_frozen(const std::string& to, const std::function<void()>& meanwhile) const;

  // From now on every write ends in EIO; until heal().
  void fail_writes() const;
  // The same for reads, of what no memory holds any more: the bytes of `path`, a synced file on the
  // disk, from `offset` on.
  void fail_reads(const std::string& path, std::uint64_t offset) const;
  void heal() const;

 private:
  TempDir directory_;
  std::unique_ptr<ChildProcess> server_;
  std::unique_ptr<ChildProcess> fuse_;
};

// An image, or a copy of one, mounted for as long as this lives. Replays the file system's journal.
class MountedImage {
 public:
  MountedImage(const std::string& image, std::string mount_point);
  MountedImage(const MountedImage&) = delete;
  MountedImage& operator=(const MountedImage&) = delete;
  ~MountedImage();

 private:
  std::string mount_point_;
};

// A tmpfs of `size` ("8m") at `mount_point`, in the same namespace; false when it cannot be
// mounted.
bool mount_memory(const std::string& mount_point, const std::string& size);
void unmount(const std::string& mount_point);

}  // namespace logq::test
