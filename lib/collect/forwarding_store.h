// ForwardingStore: a store that also sends each entry on as it is stored, trusted fields and all
// (docs/forwarding.md, "Socket"). Also what could not be stored. Not thread-safe.
#pragma once

#include <algorithm>
#include <optional>

#include "collect/entry_store.h"
#include "collect/socket_forward.h"

namespace logq::collect {

class ForwardingStore final : public EntryStore {
 public:
  // Both must outlive it.
  ForwardingStore(EntryStore& store, SocketForward& forward) : store_(store), forward_(forward) {}

  void select(std::optional<uid_t> owner) override { store_.select(owner); }
  [[nodiscard]] std::uint64_t next_seqnum() const override { return store_.next_seqnum(); }
  Result<std::uint64_t> append(const journal::EntryTime& time,
                               std::span<const std::string_view> payloads) override {
    if (forward_.is_on()) forward_.forward(time, payloads);
    return store_.append(time, payloads);
  }
  Result<std::size_t> append_batch(std::span<const journal::NewEntry> entries) override {
    auto done = store_.append_batch(entries);
    if (!forward_.is_on()) return done;
    // One that cannot be stored comes alone the next time.
    const std::size_t sent = done.has_value() ? *done : 1;
    for (const journal::NewEntry& entry : entries.first(std::min(sent, entries.size())))
      forward_.forward(entry.time, entry.payloads);
    return done;
  }

 private:
  EntryStore& store_;
  SocketForward& forward_;
};

}  // namespace logq::collect
