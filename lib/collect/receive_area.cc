#include "collect/receive_area.h"

#include <sys/mman.h>
#include <sys/uio.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "base/try.h"

namespace logq::collect {
namespace {

constexpr std::uint32_t kFree = 0xffffffff;

}  // namespace

struct ReceiveArea::Slot {
  std::uint64_t progress;
  iovec data[2];  // the dense part, then the sparse one
  alignas(cmsghdr) unsigned char control[kControlBytes];
};

namespace {

constexpr std::uint64_t kHeadBytes = 2048;  // an mmsghdr and a Slot, with room to spare
constexpr std::uint64_t kTableBytes = kHeadBytes + kDatagramDenseBytes;
constexpr AreaKind kReceiveArea{0x5643'4552'5147'4f4c, 2, kTableBytes, 1024,
                                std::uint64_t{1} << 30};

}  // namespace

mmsghdr* ReceiveArea::headers() const {
  static_assert(sizeof(mmsghdr) + sizeof(Slot) <= kHeadBytes);
  return overlay<mmsghdr>(area_.table());
}

ReceiveArea::Slot& ReceiveArea::slot_at(std::size_t index) const {
  std::byte* slots = area_.table() + sizeof(mmsghdr) * area_.geometry().slots;
  return overlay<Slot>(slots)[index];
}

Result<ReceiveArea> ReceiveArea::create(const std::string& path,
                                        const Id128& boot_id,
                                        const AreaGeometry& geometry) {
  // Made under another name by AreaFile, so that no successor sees slots that are not yet free.
  const std::string staged = path + ".staged";
  const std::size_t always = std::min<std::size_t>(geometry.slots, kDatagramsPerReceive);
  const std::uint64_t reserved = kHeadBytes * geometry.slots + kDatagramDenseBytes * always;
  ReceiveArea area(LOGQ_TRY(AreaFile::create(staged, kReceiveArea, geometry, boot_id, reserved)));
  for (std::size_t i = 0; i < geometry.slots; ++i) {
    area.prepare(i);
  }
  area.populate(always);
  if (::rename(staged.c_str(), path.c_str()) < 0) return fail(Error::system(errno, "rename"));
  return area;
}

Result<ReceiveArea::Existing> ReceiveArea::open_existing(const std::string& path,
                                                         const Id128& boot_id) {
  AreaFile::Existing found = LOGQ_TRY(AreaFile::open_existing(path, kReceiveArea, boot_id));
  Existing existing;
  existing.set_aside = found.set_aside;
  if (found.area.has_value()) existing.area = ReceiveArea(std::move(*found.area));
  return existing;
}

std::uint64_t ReceiveArea::dense_offset(std::size_t index) const {
  return kHeadBytes * slots() + kDatagramDenseBytes * index;
}

char* ReceiveArea::dense(std::size_t index) const {
  return overlay<char>(area_.table() + dense_offset(index));
}

// Populated pages keep a fault, which a kill can interrupt, out of the receive call; a page that
// cannot be had would cost it a datagram.
void ReceiveArea::populate(std::size_t end) {
  if (end <= populated_) return;
  const std::uint64_t from = populated_ == 0 ? 0 : dense_offset(populated_) / kPage * kPage;
  if (!area_.reserve_table(from, dense_offset(end))) return;
  std::ignore = ::madvise(area_.table() + from, dense_offset(end) - from, MADV_POPULATE_WRITE);
  populated_ = end;
}

void ReceiveArea::shrink() {
  if (populated_ <= kDatagramsPerReceive) return;
  area_.discard_table(dense_offset(kDatagramsPerReceive), dense_offset(populated_));
  populated_ = kDatagramsPerReceive;
}

void ReceiveArea::prepare(std::size_t index) {
  Slot& slot = slot_at(index);
  mmsghdr& header = headers()[index];
  std::atomic_ref(header.msg_len).store(kFree, std::memory_order_release);
  std::atomic_ref(slot.progress).store(0, std::memory_order_release);
  // The sparse part leaves room for the dense one before it, where datagram() puts them together.
  const std::size_t dense_bytes = std::min<std::size_t>(kDatagramDenseBytes, slot_bytes());
  slot.data[0] = {dense(index), dense_bytes};
  slot.data[1] = {area_.slot(index) + dense_bytes, slot_bytes() - dense_bytes};
  header.msg_hdr = {};
  header.msg_hdr.msg_iov = slot.data;
  header.msg_hdr.msg_iovlen = 2;
  header.msg_hdr.msg_control = slot.control;
  header.msg_hdr.msg_controllen = kControlBytes;
}

Result<std::size_t> ReceiveArea::receive(int socket, std::size_t first, std::size_t most) {
  const std::size_t begin = std::min(first, slots());
  populate(begin + std::min(most, slots() - begin));
  const std::size_t count = std::min(most, populated_ - std::min(begin, populated_));
  const int received = ::recvmmsg(socket, headers() + first, static_cast<unsigned>(count),
                                  MSG_DONTWAIT | MSG_CMSG_CLOEXEC, nullptr);
  if (received >= 0) return static_cast<std::size_t>(received);
  if (errno == EAGAIN || errno == EINTR) return std::size_t{0};
  return fail(Error::system(errno, "recvmmsg"));
}

std::uint32_t ReceiveArea::length(std::size_t index) const {
  return std::atomic_ref(headers()[index].msg_len).load(std::memory_order_acquire);
}

std::optional<std::size_t> ReceiveArea::next_received(std::size_t from) const {
  for (std::size_t i = from; i < slots(); ++i) {
    if (length(i) != kFree) return i;
  }
  return std::nullopt;
}

bool ReceiveArea::is_free(std::size_t slot) const {
  return length(slot) == kFree;
}

std::size_t ReceiveArea::size(std::size_t slot) const {
  return std::min<std::size_t>(length(slot), slot_bytes());
}

std::string_view ReceiveArea::head(std::size_t slot) const {
  return {dense(slot), std::min(size(slot), kDatagramDenseBytes)};
}

std::string_view ReceiveArea::datagram(std::size_t slot) const {
  const std::size_t bytes = size(slot);
  if (bytes <= kDatagramDenseBytes) return head(slot);
  char* whole = overlay<char>(area_.slot(slot));
  std::memcpy(whole, dense(slot), kDatagramDenseBytes);
  return {whole, bytes};
}

msghdr ReceiveArea::message(std::size_t slot) const {
  msghdr message = headers()[slot].msg_hdr;
  message.msg_control = slot_at(slot).control;  // a predecessor had it at another address
  message.msg_controllen = std::min<std::size_t>(message.msg_controllen, kControlBytes);
  return message;
}

ProgressCell ReceiveArea::progress(std::size_t slot) const {
  return ProgressCell(&slot_at(slot).progress);
}

void ReceiveArea::release(std::size_t slot) {
  const auto used = std::min<std::uint64_t>(length(slot), slot_bytes());
  prepare(slot);
  if (used > kDatagramDenseBytes) area_.discard(slot, 0, used);
}

std::uint64_t ReceiveArea::files_waiting() const {
  return std::atomic_ref(*area_.note()).load(std::memory_order_acquire);
}

void ReceiveArea::set_files_waiting(std::uint64_t count) {
  std::atomic_ref(*area_.note()).store(count, std::memory_order_release);
}

void ReceiveArea::resolve_progress(std::uint64_t tail_seqnum) {
  for (std::size_t i = 0; i < slots(); ++i) {
    ProgressCell cell = progress(i);
    const ProgressWord found = cell.load();
    if (found.in_progress) cell.store(resolve_run(found, tail_seqnum));
  }
}

}  // namespace logq::collect
