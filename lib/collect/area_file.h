// AreaFile: a sparse file mapped shared into memory, which the kernel keeps when the process dies.
//
// Begins with one page that says what the file is; a file of another kind, version or boot is set
// aside under a `.old` name, never interpreted. Everything in it is trusted no more than a file
// from disk: counts and lengths are checked where they are used.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/mapped_region.h"
#include "base/unique_fd.h"
#include "logq/id128.h"

namespace logq::collect {

// Of the first page, and what slots are aligned to.
inline constexpr std::uint64_t kPage = 4096;

struct AreaGeometry {
  std::uint32_t slots = 0;       // datagram slots or stream regions
  std::uint64_t slot_bytes = 0;  // data bytes of each, a multiple of the page size

  friend bool operator==(const AreaGeometry&, const AreaGeometry&) = default;
};

// `magic` tells the kinds apart; `table_bytes` lies between the first page and the slots' data.
struct AreaKind {
  std::uint64_t magic = 0;
  std::uint32_t version = 0;
  std::uint64_t table_bytes_per_slot = 0;
  std::uint64_t slots_max = 0;
  std::uint64_t slot_bytes_max = 0;
};

class AreaFile {
 public:
  static constexpr std::uint64_t kWholeTable = UINT64_MAX;

  // Makes a new file at `path`, replacing one that is there. So much of its table, or all of it,
  // can be written whatever becomes of the file system; for the rest see reserve_table().
  static Result<AreaFile> create(const std::string& path,
                                 const AreaKind& kind,
                                 const AreaGeometry& geometry,
                                 const Id128& boot_id,
                                 std::uint64_t table_bytes = kWholeTable);

  // The same in two steps, for contents that must be there before the name is: what a predecessor
  // left at `path` stays until publish().
  static Result<AreaFile> prepare(const std::string& path,
                                  const AreaKind& kind,
                                  const AreaGeometry& geometry,
                                  const Id128& boot_id,
                                  std::uint64_t table_bytes = kWholeTable);
  static Result<void> publish(const std::string& path);

  // The file a predecessor left, or nothing when there is none. One that this build cannot use is
  // renamed to `path`.old and reported by `set_aside`.
  struct Existing;
  static Result<Existing> open_existing(const std::string& path,
                                        const AreaKind& kind,
                                        const Id128& boot_id);

  [[nodiscard]] const AreaGeometry& geometry() const { return geometry_; }
  // A number of the owner's, at first 0.
  [[nodiscard]] std::uint64_t* note() const;
  [[nodiscard]] std::byte* table() const;
  [[nodiscard]] std::byte* slot(std::size_t index) const;

  // Gives the pages of [from, to) of a slot back to the kernel; they read as zeros afterwards.
  void discard(std::size_t index, std::size_t from, std::size_t to) const;
  // The same of the table.
  void discard_table(std::uint64_t from, std::uint64_t to) const;
  // Makes sure that the bytes [0, to) of a slot can be written, also when the file system fills up
  // later: a store to a page that cannot be had is SIGBUS. False when there is no room.
  [[nodiscard]] bool reserve(std::size_t index, std::size_t to) const;
  // The same of the table.
  [[nodiscard]] bool reserve_table(std::uint64_t from, std::uint64_t to) const;

 private:
  void punch(std::uint64_t from, std::uint64_t to) const;
  static Result<Existing> set_aside(const std::string& path);
  AreaFile(base::UniqueFd fd, base::MappedRegion map, const AreaKind& kind, AreaGeometry geometry);
  static Result<AreaFile> map(base::UniqueFd fd,
                              const AreaKind& kind,
                              const AreaGeometry& geometry);

  base::UniqueFd fd_;
  base::MappedRegion map_;
  AreaGeometry geometry_;
  std::uint64_t data_offset_ = 0;
};

struct AreaFile::Existing {
  std::optional<AreaFile> area;
  bool set_aside = false;
};

// The struct at `bytes` of a mapping. REQUIRES: aligned for T, and inside the mapping.
template <typename T>
T* overlay(std::byte* bytes) {
  return static_cast<T*>(static_cast<void*>(bytes));
}

}  // namespace logq::collect
