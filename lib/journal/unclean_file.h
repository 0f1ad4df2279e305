// UncleanFile: what can still be read of a journal file of ours whose writer did not close it, or
// which has been damaged since.
//
// Nothing but the identity in its header is believed. Entries are found by walking all objects,
// with a search for the next sound one after damage, and by the global entry array. Every value is
// checked against its hash, and an entry counts only with all of its values, and only if its
// xor_hash fits them: never a half or a mixed one. Views given out are valid until the next entry.
// Work and memory are bounded by what the file takes up on disk, whatever is in it. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mapped_region.h"
#include "base/sigbus_guard.h"
#include "journal/compression.h"
#include "journal/file_hash.h"
#include "journal/file_writer.h"
#include "journal/format.h"
#include "journal/object_reader.h"
#include "journal/object_set.h"
#include "journal/seeded_hash.h"
#include "logq/result.h"

namespace logq::journal {

class UncleanFile {
 public:
  // kCorrupt or kTruncated when there is no header, or nothing in it that tells this file from
  // others; kUnsupported for a file of another profile. `work_bytes`: how many bytes of payloads
  // may be unpacked and handed out, besides 512 times what the file takes up on disk; that is
  // hundreds of times what files of real logs have, but an entry of a hundred bytes may be one of
  // 768 MiB.
  static Result<UncleanFile> open(const std::string& path,
                                  std::uint64_t work_bytes = std::uint64_t{8} << 30);

  struct Entry {
    EntryTime time;
    std::uint64_t seqnum = 0;
    std::uint64_t xor_hash = 0;
    std::span<const std::string_view> payloads;
  };
  // Visits all sound entries in file order, which is that of their numbers, until `visit` fails.
  // kTooLarge when that is too much work.
  Result<void> for_each_entry(const std::function<Result<void>(const Entry&)>& visit);

  // Entries that for_each_entry() has met and left out: damaged, or with damaged values. One that
  // an array names and of which nothing was written is none.
  [[nodiscard]] std::uint64_t damaged_entries() const { return damaged_entries_; }
  // False when pages of it cannot be read, in a program that has base/sigbus_guard.h: what they
  // hold may only be out of reach.
  [[nodiscard]] bool is_readable() const;
  // For a file that holds what for_each_entry() has found in this one.
  [[nodiscard]] TableSizes table_sizes() const { return TableSizes::for_counts(values_, fields_); }

  // Not null; that of the file where the header names no sequence.
  [[nodiscard]] Id128 seqnum_id() const;
  [[nodiscard]] bool names_sequence() const;
  [[nodiscard]] Id128 machine_id() const;
  // What the header claims; to be compared with what is found.
  [[nodiscard]] std::uint64_t claimed_entries() const { return header().n_entries; }
  [[nodiscard]] std::uint64_t claimed_tail_seqnum() const { return header().tail_entry_seqnum; }
  [[nodiscard]] Id128 claimed_boot_id() const;
  [[nodiscard]] std::uint64_t size() const { return region_.size(); }

 private:
  UncleanFile(base::MappedRegion region, std::uint64_t work_bytes);

  [[nodiscard]] const Header& header() const { return *at<Header>(0); }
  template <typename T>
  [[nodiscard]] const T* at(std::uint64_t offset) const {
    static_assert(alignof(T) == 1);
    return static_cast<const T*>(static_cast<const void*>(region_.data() + offset));
  }
  [[nodiscard]] bool has_object(std::uint64_t offset) const;
  [[nodiscard]] bool is_blank(std::uint64_t offset) const;
  bool is_sound_field(std::uint64_t offset);
  bool is_sound_data(std::uint64_t offset);
  bool check_data(std::uint64_t offset);
  bool is_sound_object(std::uint64_t offset);
  bool is_sound_entry(std::uint64_t offset);
  bool read_hashes(std::uint64_t entry);
  [[nodiscard]] std::uint64_t hash_of(std::uint64_t data);
  [[nodiscard]] std::string_view stored_payload(std::uint64_t data) const;
  [[nodiscard]] std::uint8_t compression_of(std::uint64_t data) const;
  [[nodiscard]] bool is_costly(std::uint64_t data) const;
  [[nodiscard]] bool is_too_much() const { return bytes_checked_ > work_bytes_; }

  void collect();
  void walk_objects();
  bool resume_at(std::uint64_t offset);
  void walk_global_array();
  [[nodiscard]] bool is_ordered(std::size_t first, std::size_t second) const;
  // REQUIRES: a sound entry.
  [[nodiscard]] bool is_outlier(std::size_t index) const;
  bool read_payloads(std::uint64_t entry);
  Result<std::string_view> unpack(std::uint64_t data, std::size_t n_unpacked);

  int missing_before_ = base::missing_pages();
  base::MappedRegion region_;
  Layout layout_;
  ObjectReader objects_;
  FileHash hash_;
  Decompressor decompressor_;
  std::vector<std::uint32_t> candidates_;  // offsets of what may be entries, ascending
  std::uint64_t values_ = 0;               // met on the walk, and the next
  std::uint64_t fields_ = 0;
  ObjectSet sound_data_;
  ObjectSet bad_data_;
  // Jenkins hashes of sound values that are compressed or long, by offset.
  std::unordered_map<std::uint64_t, std::uint64_t, SeededHash> costly_hashes_;
  std::uint64_t damaged_entries_ = 0;
  std::uint64_t work_bytes_ = 0;
  std::uint64_t bytes_checked_ = 0;  // bounds the search in damage, and all of the work

  // Of the entry being read.
  std::vector<std::string_view> payloads_;
  std::vector<std::uint64_t> hashes_;  // Jenkins' of the payloads
  // Values that were compressed. The next entry often has the same.
  struct Unpacked {
    std::uint64_t data = 0;
    std::string bytes;
  };
  std::deque<Unpacked> unpacked_;  // a deque, because views must survive its growth
};

}  // namespace logq::journal
