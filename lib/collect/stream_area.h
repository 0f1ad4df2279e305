// StreamArea: the memory stdout streams are received into, one region per connection. It outlives
// the process like ReceiveArea: identity, buffered bytes and progress of every stream are in it.
//
// Bytes [consumed, filled) of a region's buffer are received and not yet stored. Both positions are
// in the region's one ProgressWord, so moving a partial line to the front is a single store. A read
// in flight is committed in two idempotent steps: the kernel writes its length into the region, and
// commit_read() adds it to `filled`. Not thread-safe.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/area_file.h"
#include "collect/control_message.h"
#include "collect/limits.h"
#include "collect/progress_word.h"
#include "logq/id128.h"
#include "wire/stdout_stream.h"

namespace logq::collect {

// What was said about a stream when it was opened, kept as long as the stream lives.
struct StreamIdentity {
  wire::StreamHeader header;  // unit_id is empty where the claim is not honoured
  Id128 stream_id;
  Credentials opener;  // who sent the header
};

// A view of one region; valid until it is released or the area destroyed.
class StreamRegion {
 public:
  struct Layout;
  StreamRegion(Layout* layout, char* buffer, std::size_t capacity)
      : layout_(layout),
        buffer_(buffer),
        capacity_(capacity) {}

  // Receives once, without waiting: the number of bytes, 0 at end of stream, nothing when there is
  // none yet. The bytes are pending until commit_read().
  Result<std::optional<std::size_t>> read(int socket);
  [[nodiscard]] bool has_pending_read() const;
  // What the kernel attests of the writer of the pending bytes.
  [[nodiscard]] ControlData pending_control(Descriptors descriptors) const;
  void commit_read();

  [[nodiscard]] std::string_view unconsumed() const;
  // Takes `size` bytes as dealt with, without an entry.
  void consume(std::size_t size);
  // Announces an entry made of the first `size` bytes: its progress, and where that stands once the
  // entry is stored.
  ProgressCell begin_entry(std::size_t size);
  [[nodiscard]] std::uint64_t next_position() const;
  // Moves a partial line to the front where its old and new place do not overlap.
  void compact();

  // Who wrote the bytes that are committed; all zero before the first read.
  [[nodiscard]] Credentials writer() const;
  void set_writer(const Credentials& writer);

  [[nodiscard]] bool header_done() const;
  // Keeps the identity and consumes the header's `header_bytes`, as one step.
  void set_identity(const StreamIdentity& identity, std::size_t header_bytes);
  [[nodiscard]] StreamIdentity identity() const;
  // Goes on where `other`, of a predecessor, stands: identity, writer, bytes not yet consumed.
  // REQUIRES: other.header_done(), and room for the bytes.
  void continue_from(const StreamRegion& other);
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

  // Settles what a kill interrupted; the pending read, if any, is left to the caller.
  void resolve(std::uint64_t tail_seqnum);
  // How much of the buffer has been used, and may hold memory.
  [[nodiscard]] std::size_t high_water() const;
  void lower_high_water();
  void reset();

 private:
  [[nodiscard]] ProgressCell cell() const;
  [[nodiscard]] std::size_t consumed() const;
  [[nodiscard]] std::size_t filled() const;
  void store_positions(std::size_t consumed, std::size_t filled);

  Layout* layout_;
  char* buffer_;
  std::size_t capacity_;
};

class StreamArea {
 public:
  static AreaGeometry geometry_for(std::size_t line_max, std::size_t streams = kStreamsMax);
  // Makes a new area at `path`. What `predecessor`, an area at the same path, has in use goes on in
  // the new one and is released there, at one stroke; what finds no room stays in use.
  static Result<StreamArea> create(const std::string& path,
                                   const Id128& boot_id,
                                   const AreaGeometry& geometry,
                                   StreamArea* predecessor = nullptr);
  struct Existing;
  static Result<Existing> open_existing(const std::string& path, const Id128& boot_id);

  // A free region, now in use; nothing when all are taken or the file system has no room for it.
  std::optional<std::size_t> acquire();
  void release(std::size_t index);
  [[nodiscard]] bool in_use(std::size_t index) const;
  // The memory a region holds beyond what each may keep.
  [[nodiscard]] std::size_t held_bytes(std::size_t index) const;
  // Gives back what its unconsumed bytes do not need.
  void give_back(std::size_t index);
  [[nodiscard]] StreamRegion region(std::size_t index) const;
  // Settles the entry that was in progress when a predecessor died. To be called before anything is
  // appended, since that moves the tail on.
  void resolve_progress(std::uint64_t tail_seqnum);
  [[nodiscard]] const AreaGeometry& geometry() const { return area_.geometry(); }
  [[nodiscard]] std::size_t regions() const { return area_.geometry().slots; }

 private:
  std::vector<std::size_t> continue_regions(const StreamArea& predecessor);
  explicit StreamArea(AreaFile area) : area_(std::move(area)) {}
  [[nodiscard]] std::uint32_t* use_flags() const;

  AreaFile area_;
  std::size_t search_from_ = 0;
};

struct StreamArea::Existing {
  std::optional<StreamArea> area;
  bool set_aside = false;
};

}  // namespace logq::collect
