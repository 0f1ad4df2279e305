// The inside of FileWriter; only file_writer*.cc include it. The life of a file (create, reopen,
// close, archive) is in file_writer_lifecycle.cc, the appending in file_writer_append.cc and
// file_writer_lookup.cc.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journal/entry_chain.h"
#include "journal/file_writer.h"
#include "journal/item_order.h"
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
  static Result<std::unique_ptr<Impl>> prepare(const std::string& path,
                                               const WriterOptions& options);
  static Result<std::unique_ptr<Impl>> reopen_retired(const std::string& path,
                                                      const WriterOptions& options);
  Result<void> take_name(const std::string& path, std::uint64_t tail_seqnum);
  Result<void> close();
  Result<std::string> archive();
  Result<std::string> retire();
  Result<void> finish_archive();

  Result<void> append(const EntryTime& time,
                      std::uint64_t seqnum,
                      std::span<const std::string_view> payloads,
                      std::optional<std::uint64_t> xor_hash = std::nullopt);
  Result<std::size_t> append_batch(std::span<const NewEntry> entries);
  Result<void> append_prepared(const EntryTime& time,
                               std::uint64_t seqnum,
                               std::span<const std::string_view> payloads,
                               const PreparedValues& prepared);
  void wake_followers();
  Result<void> sync() { return heap_.arena().sync(); }

  void use_helper(WorkerThread& helper) { heap_.arena().use_helper(helper, heap_.tail()); }

  [[nodiscard]] const ExtentCounts& extent_counts() const { return heap_.arena().extent_counts(); }
  [[nodiscard]] Statistics statistics() const;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const Header& header() const { return heap_.header(); }
  [[nodiscard]] std::uint64_t size_bytes() const { return heap_.arena().size(); }
  [[nodiscard]] Id128 seqnum_id() const { return seqnum_id_; }

 private:
  using Payloads = std::span<const std::string_view>;

  // One payload of the entry being appended, and the value that stands for it: one of recent_ or of
  // misses_; none for a repeated payload once that is known.
  struct Item {
    std::string_view payload;
    KnownValue* value = nullptr;
    struct {
      std::uint64_t own = 0;  // as the file has it
      std::uint64_t xor_part = 0;
    } hash;  // once it is_hashed
    std::uint32_t digest = 0;
    bool is_hashed = false;
  };
  // A payload that recent_ does not have.
  struct Miss {
    std::size_t item = 0;
    KnownValue value;  // its data_offset is 0 while the value is not in the file
    NewValue fresh;
    const Miss* same = nullptr;  // a miss before it with the same payload
    [[nodiscard]] bool is_new() const { return value.data_offset == 0; }
  };

  void digest(Payloads payloads, std::vector<Item>& items) const;
  std::size_t digest_after(std::span<const Item> before,
                           Payloads payloads,
                           std::vector<Item>& items) const;
  void digest_prepared(Payloads payloads);
  void foresee(std::span<Item> items);
  void hash(Item& item) const;
  [[nodiscard]] std::uint64_t bytes_saved() const;
  Result<void> append_foreseen(const EntryTime& time,
                               std::uint64_t seqnum,
                               Payloads payloads,
                               std::optional<std::uint64_t> xor_hash);
  Result<void> check_whole() const;
  void give_back_large_buffers();
  Result<void> check(const EntryTime& time, std::uint64_t seqnum, Payloads payloads) const;
  static Result<void> check_payload(std::string_view payload, std::size_t name_bytes);
  Result<void> check_order(const EntryTime& time, std::uint64_t seqnum) const;

  Result<void> look_up();
  void prefetch(const KnownValue& value) const;
  [[nodiscard]] bool is_value(const KnownValue& value, std::string_view payload);
  Result<void> add_miss(std::size_t item);
  Result<void> look_up_in_file(Miss& miss);
  [[nodiscard]] bool may_repeat_misses() const;
  void find_repeated_misses();
  Result<ChainTail> load_tail(std::uint64_t data_offset) const;
  [[nodiscard]] std::uint64_t growth_bytes(const KnownValue& value) const {
    return value.tail.used < value.tail.capacity ? 0 : array_growth_bytes(value);
  }
  [[nodiscard]] std::uint64_t array_growth_bytes(const KnownValue& value) const;

  Result<void> reserve();
  [[nodiscard]] std::uint64_t bytes_in_new_file() const;
  void store_values();
  void sort_items(std::uint64_t since);
  void drop_repeated_items();
  std::uint64_t write_entry(const EntryTime& time, std::uint64_t seqnum);
  void write_items(std::uint64_t offset) const;
  void publish_entry(std::uint64_t entry, const EntryTime& time, std::uint64_t seqnum);
  void link_new_values(std::uint64_t entry, std::uint64_t since);
  void link_known_values(std::uint64_t entry, std::uint64_t since);
  void link_value(KnownValue& value, std::uint64_t entry);
  void keep_values();

  Result<void> set_state(FileState state);
  Result<void> seal();
  Result<void> take_archive_name();

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
  std::uint64_t foreseen_puts_ = 0;  // of recent_, when items_ were foreseen
  std::vector<Miss> misses_;
  std::vector<Miss*> misses_by_hash_;
  std::vector<std::uint32_t> offsets_;  // of the DATA objects, ascending and distinct
  ItemOrder order_;
  std::uint64_t xor_hash_ = 0;
  std::uint64_t bytes_needed_ = 0;  // by its values, at most
  const PreparedValues* prepared_ = nullptr;
  std::vector<Item> next_items_;   // of the entry after it in a batch
  std::vector<Item> later_items_;  // of the one after that
  // How many items at the end of each are those of the entry before: what is true of these is true
  // of them. And of how many at the end of the last entry it is known that their values are right.
  std::size_t repeats_ = 0;
  std::size_t next_repeats_ = 0;
  std::size_t later_repeats_ = 0;
  std::size_t found_at_end_ = 0;
};

}  // namespace logq::journal
