// UncleanFile: what can still be read of a journal file of ours whose writer did not close it, or
// which has been damaged since.
//
// Nothing but the identity in its header is believed. Entries are found by walking all objects,
// with a search for the next sound one after damage, and by the global entry array. Every value is
// checked against its hash, and an entry counts only with all of its values, and only if its
// xor_hash fits them: never a half or a mixed one. Views given out are valid until the next entry.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_region.h"
#include "journal/compression.h"
#include "journal/file_hash.h"
#include "journal/file_writer.h"
#include "journal/format.h"
#include "journal/object_reader.h"
#include "logq/result.h"

namespace logq::journal {

class UncleanFile {
 public:
  // kCorrupt or kTruncated when there is no header, kUnsupported for a file of another profile.
  static Result<UncleanFile> open(const std::string& path);

  struct Entry {
    EntryTime time;
    std::uint64_t seqnum = 0;
    std::uint64_t xor_hash = 0;
    std::span<const std::string_view> payloads;
  };
  // Visits all sound entries in file order, which is that of their numbers, until `visit` fails.
  Result<void> for_each_entry(const std::function<Result<void>(const Entry&)>& visit);

  // Entries that for_each_entry() has met and left out: damaged, or with damaged values.
  [[nodiscard]] std::uint64_t damaged_entries() const { return damaged_entries_; }

  [[nodiscard]] Id128 seqnum_id() const;
  [[nodiscard]] Id128 machine_id() const;
  // What the header claims; to be compared with what is found.
  [[nodiscard]] std::uint64_t claimed_entries() const { return header().n_entries; }
  [[nodiscard]] std::uint64_t claimed_tail_seqnum() const { return header().tail_entry_seqnum; }
  [[nodiscard]] Id128 claimed_boot_id() const;
  [[nodiscard]] std::uint64_t size() const { return region_.size(); }

 private:
  explicit UncleanFile(base::MappedRegion region);

  [[nodiscard]] const Header& header() const { return *at<Header>(0); }
  template <typename T>
  [[nodiscard]] const T* at(std::uint64_t offset) const {
    static_assert(alignof(T) == 1);
    return static_cast<const T*>(static_cast<const void*>(region_.data() + offset));
  }
  [[nodiscard]] bool has_object(std::uint64_t offset) const;
  bool is_sound_field(std::uint64_t offset);
  bool is_sound_data(std::uint64_t offset);
  bool check_data(std::uint64_t offset);
  bool is_sound_object(std::uint64_t offset);
  bool is_sound_entry(std::uint64_t offset);
  Result<std::string_view> payload(std::uint64_t data, std::string& buffer);

  void collect();
  void walk_objects();
  bool resume_at(std::uint64_t offset);
  void walk_global_array();
  [[nodiscard]] bool is_ordered(std::size_t first, std::size_t second) const;
  // REQUIRES: a sound entry.
  [[nodiscard]] bool is_outlier(std::size_t index) const;
  bool read_payloads(std::uint64_t entry);

  base::MappedRegion region_;
  Layout layout_;
  ObjectReader objects_;
  FileHash hash_;
  Decompressor decompressor_;
  std::vector<std::uint32_t> candidates_;  // offsets of what may be entries, ascending
  std::vector<bool> sound_data_;           // by offset / 8, and so the next
  std::vector<bool> bad_data_;
  std::uint64_t damaged_entries_ = 0;
  std::uint64_t bytes_checked_ = 0;  // bounds the search in damage

  // Of the entry being read.
  std::vector<std::string_view> payloads_;
  std::vector<std::uint64_t> hashes_;  // Jenkins' of the payloads
  std::deque<std::string> buffers_;    // a deque, because views must survive its growth
};

}  // namespace logq::journal
