// EntryStore: what the collector needs of the journal. A seam: tests put a store behind it that
// stops at a chosen moment, as a kill does.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "journal/store.h"
#include "logq/result.h"

namespace logq::collect {

class EntryStore {
 public:
  EntryStore() = default;
  EntryStore(const EntryStore&) = delete;
  EntryStore& operator=(const EntryStore&) = delete;
  virtual ~EntryStore() = default;

  // Whose file takes the entries that follow; none: the system's.
  virtual void select(std::optional<uid_t> /*owner*/) {}
  // The number append() will give to the next entry.
  [[nodiscard]] virtual std::uint64_t next_seqnum() const = 0;
  virtual Result<std::uint64_t> append(const journal::EntryTime& time,
                                       std::span<const std::string_view> payloads) = 0;
  // Many in order. Returns how many were appended: all of them, or those before the first that
  // cannot be; when that is the very first one, its error.
  virtual Result<std::size_t> append_batch(std::span<const journal::NewEntry> entries);
};

inline Result<std::size_t> EntryStore::append_batch(std::span<const journal::NewEntry> entries) {
  std::size_t done = 0;
  for (const journal::NewEntry& entry : entries) {
    const auto appended = append(entry.time, entry.payloads);
    if (!appended.has_value() && done == 0) return fail(appended.error());
    if (!appended.has_value()) break;
    ++done;
  }
  return done;
}

// The real one; `store` must outlive it.
class JournalEntryStore final : public EntryStore {
 public:
  explicit JournalEntryStore(journal::Store& store) : store_(store) {}
  [[nodiscard]] std::uint64_t next_seqnum() const override { return store_.next_seqnum(); }
  Result<std::uint64_t> append(const journal::EntryTime& time,
                               std::span<const std::string_view> payloads) override {
    return store_.append(time, payloads);
  }
  Result<std::size_t> append_batch(std::span<const journal::NewEntry> entries) override {
    return store_.append_batch(entries);
  }

 private:
  journal::Store& store_;
};

}  // namespace logq::collect
