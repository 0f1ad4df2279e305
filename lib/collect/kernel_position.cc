#include "collect/kernel_position.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/io.h"
#include "base/try.h"
#include "collect/area_file.h"

namespace logq::collect {

struct KernelPosition::Layout {
  std::uint64_t next;      // journald's
  Id128 boot_id;           // null where journald made the file
  std::uint64_t progress;  // a ProgressWord; its position is a sequence number
};

KernelPosition::KernelPosition() : own_(std::make_shared<Layout>()), layout_(own_.get()) {}

KernelPosition::KernelPosition(base::MappedRegion map, Layout* layout)
    : map_(std::move(map)),
      layout_(layout) {}

Result<KernelPosition> KernelPosition::open(const std::string& path,
                                            const Id128& boot_id,
                                            std::uint64_t tail_seqnum) {
  static_assert(sizeof(Layout) == 32);
  const base::UniqueFd fd = LOGQ_TRY(base::open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0640));
  struct stat status {};
  if (::fstat(fd.get(), &status) < 0) return fail(Error::system(errno, "fstat"));
  if (!S_ISREG(status.st_mode)) return fail(Error::system(ENOTSUP, "not a regular file"));
  // Allocated now: a page that cannot be had later would be SIGBUS.
  if (const int error = ::posix_fallocate(fd.get(), 0, sizeof(Layout)); error != 0) {
    return fail(Error::system(error, "posix_fallocate"));
  }
  auto map = LOGQ_TRY(base::MappedRegion::map_file(fd.get(), sizeof(Layout),
                                                   base::MappedRegion::Access::kReadWrite));
  auto* layout = overlay<Layout>(map.data());
  KernelPosition position(std::move(map), layout);
  std::uint64_t next = 0;
  // journald's file lies in /run, which a boot empties.
  if (layout->boot_id.is_null()) next = layout->next;
  if (layout->boot_id == boot_id) {
    const ProgressWord found = position.progress().load();
    next = std::max(layout->next, resolve(found, tail_seqnum, found.position + 1).position);
  }
  position.set_next(next);
  layout->boot_id = boot_id;
  return position;
}

std::uint64_t KernelPosition::next() const {
  return progress().load().position;
}

ProgressCell KernelPosition::progress() const {
  return ProgressCell(&layout_->progress);
}

// The progress word first: until then it is the larger of the two that counts.
void KernelPosition::set_next(std::uint64_t sequence) {
  progress().store({sequence, false, 0});
  layout_->next = sequence;
}

}  // namespace logq::collect
