// The inside of FileWriter; only file_writer*.cc include it. The life of a file (create, reopen,
// close, archive) is in file_writer_lifecycle.cc, the appending in file_writer.cc.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journal/entry_chain.h"
#include "journal/file_writer.h"
#include "journal/object_heap.h"
#include "journal/recent_values.h"
#include "journal/value_table.h"

namespace logq::journal {

class FileWriter::Impl {
 public:
  // REQUIRES: the header is that of an ONLINE file of ours, `global` its global chain's tail.
  Impl(std::string path, const WriterOptions& options, ObjectHeap heap, ChainTail global);

  static Result<std::unique_ptr<Impl>> create(const std::string& path,
                                              const WriterOptions& options);
  static Result<std::unique_ptr<Impl>> reopen(const std::string& path,
                                              const WriterOptions& options);
  Result<void> close();
  Result<std::string> archive();

  Result<void> append(const EntryTime& time,
                      std::uint64_t seqnum,
                      std::span<const std::string_view> payloads,
                      std::optional<std::uint64_t> xor_hash = std::nullopt);
  void wake_followers();
  Result<void> sync() { return heap_.arena().sync(); }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const Header& header() const { return heap_.header(); }
  [[nodiscard]] std::uint64_t size_bytes() const { return heap_.arena().size(); }
  [[nodiscard]] Id128 seqnum_id() const { return seqnum_id_; }

 private:
  // One payload of the entry being appended, and the DATA object that stands for it.
  struct Item {
    KnownValue value;
    std::string_view payload;
  };

  Result<void> check(const EntryTime& time,
                     std::uint64_t seqnum,
                     std::span<const std::string_view> payloads) const;
  Result<void> check_order(const EntryTime& time, std::uint64_t seqnum) const;
  Result<void> look_up(std::span<const std::string_view> payloads);
  Result<KnownValue> look_up_value(std::string_view payload);
  Result<KnownValue> load_value(std::uint64_t data_offset) const;
  Result<void> reserve();
  Result<void> store_values();
  void sort_items();
  std::uint64_t write_entry(const EntryTime& time, std::uint64_t seqnum);
  void write_items(std::uint64_t offset) const;
  void publish_entry(std::uint64_t entry, const EntryTime& time, std::uint64_t seqnum);
  void link_value(KnownValue& value, std::uint64_t entry);

  Result<void> set_state(FileState state);

  std::string path_;
  ObjectHeap heap_;
  ValueTable values_;
  RecentValues recent_;
  ChainTail global_;
  Id128 seqnum_id_;
  Id128 tail_boot_id_;
  std::uint64_t first_tail_;  // of the heap of an empty file with these tables
  bool closed_ = false;

  // Of the entry being appended; kept so that appends do not allocate.
  std::vector<Item> items_;
  std::vector<std::uint64_t> order_;  // (data offset << 32 | index into items_), sorted, distinct
  std::uint64_t xor_hash_ = 0;
};

}  // namespace logq::journal
