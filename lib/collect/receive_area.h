// ReceiveArea: the memory datagrams are received into. It outlives the process, so that a datagram
// taken from the socket is never lost to a kill and never stored twice.
//
// The header array of recvmmsg(2) itself lies in the shared mapping: the kernel writes the length
// of a datagram there, and with that store the datagram is received. A slot goes round
//
//   free (length = marker) -> received (length) -> entry k in progress -> ... -> free
//
// with its progress in one ProgressWord whose position is the number of entries stored so far.
// The first kDatagramDenseBytes of all slots lie side by side: scattered over the sparse file they
// cost a file system on disk milliseconds each. Not thread-safe.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collect/area_file.h"
#include "collect/limits.h"
#include "collect/progress_word.h"

namespace logq::collect {

class ReceiveArea {
 public:
  static constexpr AreaGeometry kGeometry{kDatagramSlots, kDatagramSlotBytes};

  static Result<ReceiveArea> create(const std::string& path,
                                    const Id128& boot_id,
                                    const AreaGeometry& geometry = kGeometry);
  struct Existing;
  static Result<Existing> open_existing(const std::string& path, const Id128& boot_id);

  // Receives what is queued, without waiting, into the slots from `first` on, `most` of them at
  // most. REQUIRES: these are free.
  // Returns the number of datagrams, 0 when none is queued or is_usable() denies the first slot. Of
  // a connection (SOCK_SEQPACKET) an empty one, and all that follow it, stand for its end.
  Result<std::size_t> receive(int socket,
                              std::size_t first = 0,
                              std::size_t most = kDatagramsPerReceive);
  // False for a slot behind the first kDatagramsPerReceive when there was no room for it on the
  // file system when receive() was asked for it.
  [[nodiscard]] bool is_usable(std::size_t slot) const { return slot < populated_; }
  // Gives back the memory of the slots behind the first kDatagramsPerReceive. REQUIRES: all these
  // are free.
  void shrink();

  // The first slot that holds a datagram, at or after `from`.
  [[nodiscard]] std::optional<std::size_t> next_received(std::size_t from) const;
  [[nodiscard]] bool is_free(std::size_t slot) const;

  // Views and references below are valid until release() of that slot.
  [[nodiscard]] std::string_view datagram(std::size_t slot) const;
  // Its size, and its beginning, kDatagramDenseBytes or less: cheaper, where that will do.
  [[nodiscard]] std::size_t size(std::size_t slot) const;
  [[nodiscard]] std::string_view head(std::size_t slot) const;
  // The header with its control data; `msg_control` points into the mapping.
  [[nodiscard]] msghdr message(std::size_t slot) const;
  [[nodiscard]] ProgressCell progress(std::size_t slot) const;
  void release(std::size_t slot);

  // Settles the entries that were in progress when a predecessor died. To be called before
  // anything is appended, since that moves the tail on.
  void resolve_progress(std::uint64_t tail_seqnum);

  // How many files have come whose entries are not stored, of datagrams that are released: what a
  // successor can only count.
  [[nodiscard]] std::uint64_t files_waiting() const;
  void set_files_waiting(std::uint64_t count);

  [[nodiscard]] std::size_t slots() const { return area_.geometry().slots; }

 private:
  struct Slot;
  explicit ReceiveArea(AreaFile area) : area_(std::move(area)) {}
  [[nodiscard]] std::size_t slot_bytes() const { return area_.geometry().slot_bytes; }
  [[nodiscard]] mmsghdr* headers() const;
  [[nodiscard]] Slot& slot_at(std::size_t index) const;
  [[nodiscard]] char* dense(std::size_t index) const;
  [[nodiscard]] std::uint64_t dense_offset(std::size_t index) const;
  void populate(std::size_t end);
  void prepare(std::size_t index);
  [[nodiscard]] std::uint32_t length(std::size_t index) const;

  AreaFile area_;
  std::size_t populated_ = 0;  // so many slots, from the first one on
};

struct ReceiveArea::Existing {
  std::optional<ReceiveArea> area;
  bool set_aside = false;
};

}  // namespace logq::collect
