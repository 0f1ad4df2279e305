#include "collect/stream_area.h"

#include <sys/uio.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "base/try.h"

namespace logq::collect {
namespace {

constexpr std::uint32_t kNoRead = 0xffffffff;
constexpr std::size_t kLayoutBytes = 4096;
constexpr unsigned kPositionBits = 23;
constexpr std::uint64_t kPositionMask = (std::uint64_t{1} << kPositionBits) - 1;

constexpr AreaKind kStreamArea{0x4d52'5453'5147'4f4c, 4, sizeof(std::uint32_t), 1 << 17,
                               kPositionMask + 1 + kLayoutBytes};

struct KeptText {
  std::uint32_t size;
  char bytes[wire::kStreamHeaderLineMax + 1];

  void keep(std::string_view text) {
    size = static_cast<std::uint32_t>(std::min(text.size(), sizeof(bytes)));
    std::memcpy(bytes, text.data(), size);
  }
  [[nodiscard]] std::string text() const {
    return {bytes, std::min<std::size_t>(size, sizeof(bytes))};
  }
};

// In whole pages; the layout has one to itself.
std::size_t pages_for(std::size_t bytes) {
  return (bytes + kLayoutBytes - 1) / kLayoutBytes * kLayoutBytes;
}

std::uint64_t pack_positions(std::size_t consumed, std::size_t filled) {
  return (std::uint64_t{consumed} << kPositionBits) | filled;
}

}  // namespace

struct StreamRegion::Layout {
  mmsghdr message;
  iovec data;
  alignas(cmsghdr) unsigned char control[kControlBytes];
  std::uint64_t progress;
  std::uint64_t read_base;      // where the read in flight puts its bytes
  std::uint64_t next_consumed;  // where the entry in progress ends
  std::uint64_t high_water;     // how much of the buffer has been used
  std::uint64_t header_bytes;   // 0 until the identity below is complete
  std::uint32_t streaming;      // the header's bytes are consumed
  std::uint32_t level_prefix;
  std::uint32_t forward_to_syslog;
  std::uint32_t forward_to_kmsg;
  std::uint32_t forward_to_console;
  std::int32_t priority;
  Credentials writer;
  Credentials opener;
  Id128 stream_id;
  KeptText identifier;
  KeptText unit_id;
};

ProgressCell StreamRegion::cell() const {
  return ProgressCell(&layout_->progress);
}

std::size_t StreamRegion::filled() const {
  return std::min<std::size_t>(cell().load().position & kPositionMask, capacity_);
}

std::size_t StreamRegion::consumed() const {
  const std::uint64_t found = (cell().load().position >> kPositionBits) & kPositionMask;
  return std::min<std::size_t>(found, filled());
}

void StreamRegion::store_positions(std::size_t consumed, std::size_t filled) {
  cell().store({pack_positions(consumed, filled), false, 0});
}

Result<std::optional<std::size_t>> StreamRegion::read(int socket) {
  const std::size_t base = filled();
  layout_->read_base = base;
  layout_->data = {buffer_ + base, std::min(kStreamReadBytes, capacity_ - base)};
  layout_->message.msg_hdr = {};
  layout_->message.msg_hdr.msg_iov = &layout_->data;
  layout_->message.msg_hdr.msg_iovlen = 1;
  layout_->message.msg_hdr.msg_control = layout_->control;
  layout_->message.msg_hdr.msg_controllen = kControlBytes;
  // recvmmsg rather than recvmsg: the kernel then writes the length into the mapping itself.
  const int received =
      ::recvmmsg(socket, &layout_->message, 1, MSG_DONTWAIT | MSG_CMSG_CLOEXEC, nullptr);
  if (received > 0) return std::optional<std::size_t>(layout_->message.msg_len);
  if (received == 0 || errno == EAGAIN || errno == EINTR) return std::optional<std::size_t>();
  return fail(Error::system(errno, "recvmmsg"));
}

bool StreamRegion::has_pending_read() const {
  return std::atomic_ref(layout_->message.msg_len).load(std::memory_order_acquire) != kNoRead;
}

ControlData StreamRegion::pending_control(Descriptors descriptors) const {
  msghdr message = layout_->message.msg_hdr;
  message.msg_control = layout_->control;
  // Descriptors sent along a stream mean nothing to us: taking them closes them.
  ControlData control = parse_control(message, kControlBytes, descriptors);
  control.descriptors.clear();
  return control;
}

void StreamRegion::commit_read() {
  const std::size_t base = std::min<std::size_t>(layout_->read_base, capacity_);
  const std::size_t length = std::min<std::size_t>(layout_->message.msg_len, capacity_ - base);
  layout_->high_water = std::max<std::uint64_t>(layout_->high_water, base + length);
  store_positions(consumed(), base + length);
  std::atomic_ref(layout_->message.msg_len).store(kNoRead, std::memory_order_release);
}

std::string_view StreamRegion::unconsumed() const {
  const std::size_t from = consumed();
  return {buffer_ + from, filled() - from};
}

void StreamRegion::consume(std::size_t size) {
  store_positions(std::min(consumed() + size, filled()), filled());
}

ProgressCell StreamRegion::begin_entry(std::size_t size) {
  layout_->next_consumed = std::min(consumed() + size, filled());
  return cell();
}

std::uint64_t StreamRegion::next_position() const {
  return pack_positions(std::min<std::size_t>(layout_->next_consumed, filled()), filled());
}

void StreamRegion::compact() {
  const std::size_t from = consumed();
  const std::size_t size = filled() - from;
  if (from == 0 || size > from) return;
  std::memcpy(buffer_, buffer_ + from, size);
  store_positions(0, size);
}

Credentials StreamRegion::writer() const {
  return layout_->writer;
}

void StreamRegion::set_writer(const Credentials& writer) {
  layout_->writer = writer;
}

bool StreamRegion::header_done() const {
  return layout_->streaming != 0;
}

void StreamRegion::set_identity(const StreamIdentity& identity, std::size_t header_bytes) {
  layout_->identifier.keep(identity.header.identifier);
  layout_->unit_id.keep(identity.header.unit_id);
  layout_->priority = identity.header.priority;
  layout_->level_prefix = identity.header.level_prefix ? 1 : 0;
  layout_->forward_to_syslog = identity.header.forward_to_syslog ? 1 : 0;
  layout_->forward_to_kmsg = identity.header.forward_to_kmsg ? 1 : 0;
  layout_->forward_to_console = identity.header.forward_to_console ? 1 : 0;
  layout_->stream_id = identity.stream_id;
  layout_->opener = identity.opener;
  // From here on the identity counts; resolve() finishes the two stores that follow.
  std::atomic_ref(layout_->header_bytes).store(header_bytes, std::memory_order_release);
  consume(header_bytes);
  std::atomic_ref(layout_->streaming).store(1, std::memory_order_release);
}

StreamIdentity StreamRegion::identity() const {
  StreamIdentity identity;
  identity.header.identifier = layout_->identifier.text();
  identity.header.unit_id = layout_->unit_id.text();
  identity.header.priority = std::clamp(layout_->priority, 0, 999);
  identity.header.level_prefix = layout_->level_prefix != 0;
  identity.header.forward_to_syslog = layout_->forward_to_syslog != 0;
  identity.header.forward_to_kmsg = layout_->forward_to_kmsg != 0;
  identity.header.forward_to_console = layout_->forward_to_console != 0;
  identity.stream_id = layout_->stream_id;
  identity.opener = layout_->opener;
  return identity;
}

void StreamRegion::continue_from(const StreamRegion& other) {
  const std::string_view bytes = other.unconsumed().substr(0, capacity_);
  std::memcpy(buffer_, bytes.data(), bytes.size());
  layout_->high_water = bytes.size();
  store_positions(0, bytes.size());
  set_writer(other.writer());
  set_identity(other.identity(), 0);
}

void StreamRegion::resolve(std::uint64_t tail_seqnum) {
  const ProgressWord found = cell().load();
  if (found.in_progress) {
    cell().store(collect::resolve(found, tail_seqnum, next_position()));
  }
  if (layout_->header_bytes != 0 && layout_->streaming == 0) {
    const std::size_t header = std::min<std::size_t>(layout_->header_bytes, filled());
    if (consumed() < header) store_positions(header, filled());
    layout_->streaming = 1;
  }
}

std::size_t StreamRegion::high_water() const {
  return layout_->high_water;
}

void StreamRegion::lower_high_water() {
  layout_->high_water = filled();
}

void StreamRegion::reset() {
  *layout_ = Layout{};
  layout_->message.msg_len = kNoRead;
}

AreaGeometry StreamArea::geometry_for(std::size_t line_max, std::size_t streams) {
  // A partial line is shorter than line_max and stays in place unless it can move without overlap,
  // so it ends below 2 * line_max; a whole read must fit behind it.
  const std::size_t capacity = 2 * std::min(line_max, kStreamLineMax) + kStreamReadBytes;
  return {static_cast<std::uint32_t>(streams), pages_for(kLayoutBytes + capacity)};
}

Result<StreamArea> StreamArea::create(const std::string& path,
                                      const Id128& boot_id,
                                      const AreaGeometry& geometry,
                                      StreamArea* predecessor) {
  StreamArea area(LOGQ_TRY(AreaFile::prepare(path, kStreamArea, geometry, boot_id)));
  std::vector<std::size_t> continued;
  if (predecessor != nullptr) continued = area.continue_regions(*predecessor);
  LOGQ_TRY(AreaFile::publish(path));
  for (const std::size_t index : continued)
    predecessor->release(index);
  return area;
}

// Returns which of the predecessor's regions go on here.
std::vector<std::size_t> StreamArea::continue_regions(const StreamArea& predecessor) {
  std::vector<std::size_t> continued;
  for (std::size_t i = 0; i < predecessor.regions(); ++i) {
    if (!predecessor.in_use(i)) continue;
    const StreamRegion from = predecessor.region(i);
    const std::size_t bytes = from.unconsumed().size();
    const auto index = acquire();
    if (!index.has_value()) break;
    // Half of the buffer is for the line, see geometry_for().
    const bool fits = from.header_done() && bytes <= region(*index).capacity() / 2;
    if (!fits || !area_.reserve(*index, kLayoutBytes + bytes)) {
      release(*index);
      continue;
    }
    region(*index).continue_from(from);
    continued.push_back(i);
  }
  return continued;
}

Result<StreamArea::Existing> StreamArea::open_existing(const std::string& path,
                                                       const Id128& boot_id) {
  AreaFile::Existing found = LOGQ_TRY(AreaFile::open_existing(path, kStreamArea, boot_id));
  Existing existing;
  existing.set_aside = found.set_aside;
  if (found.area.has_value()) existing.area = StreamArea(std::move(*found.area));
  return existing;
}

std::uint32_t* StreamArea::use_flags() const {
  return overlay<std::uint32_t>(area_.table());
}

bool StreamArea::in_use(std::size_t index) const {
  return std::atomic_ref(use_flags()[index]).load(std::memory_order_acquire) != 0;
}

StreamRegion StreamArea::region(std::size_t index) const {
  static_assert(sizeof(StreamRegion::Layout) <= kLayoutBytes);
  std::byte* slot = area_.slot(index);
  return {overlay<StreamRegion::Layout>(slot), reinterpret_cast<char*>(slot + kLayoutBytes),
          area_.geometry().slot_bytes - kLayoutBytes};
}

void StreamArea::resolve_progress(std::uint64_t tail_seqnum) {
  for (std::size_t i = 0; i < regions(); ++i) {
    if (in_use(i)) region(i).resolve(tail_seqnum);
  }
}

std::optional<std::size_t> StreamArea::acquire() {
  for (std::size_t tried = 0; tried < regions(); ++tried) {
    const std::size_t index = (search_from_ + tried) % regions();
    if (in_use(index)) continue;
    if (!area_.reserve(index, kStreamKeepBytes)) return std::nullopt;
    search_from_ = index + 1;
    region(index).reset();
    std::atomic_ref(use_flags()[index]).store(1, std::memory_order_release);
    return index;
  }
  return std::nullopt;
}

std::size_t StreamArea::held_bytes(std::size_t index) const {
  const std::size_t used = pages_for(kLayoutBytes + region(index).high_water());
  return used - std::min(used, kStreamKeepBytes);
}

void StreamArea::give_back(std::size_t index) {
  StreamRegion given = region(index);
  given.compact();
  given.lower_high_water();
  area_.discard(index, kStreamKeepBytes + held_bytes(index), area_.geometry().slot_bytes);
}

void StreamArea::release(std::size_t index) {
  std::atomic_ref(use_flags()[index]).store(0, std::memory_order_release);
  if (held_bytes(index) > 0) {
    area_.discard(index, kStreamKeepBytes, area_.geometry().slot_bytes);
  }
  search_from_ = std::min(search_from_, index);
}

}  // namespace logq::collect
