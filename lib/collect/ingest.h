// Ingest: the last step of every source. Adds the trusted fields to an entry, gives it its time and
// appends it, moving the source's progress along so that the entry is stored exactly once.
//
// Entries are stored in the order of the calls: what waits in the queue comes before what is
// appended at once. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "collect/client_metadata.h"
#include "collect/clock_smoother.h"
#include "collect/drops.h"
#include "collect/entry_batch.h"
#include "collect/entry_store.h"
#include "collect/journal_owner.h"
#include "collect/progress_word.h"
#include "collect/rate_limit.h"

namespace logq::collect {

// The fields every entry of this collector carries.
struct HostFields {
  Id128 boot_id;
  Id128 machine_id;  // null where the host has none
  std::string hostname;
  std::string log_namespace;  // empty for the default one
};

// One entry as its source hands it over; all views need only live until append() returns, or until
// flush() does for an entry that was queued.
struct IngestEntry {
  std::span<const std::string_view> fields;  // "NAME=value", trusted to be well-formed
  std::string_view transport;  // "_TRANSPORT=journal" and so on; empty where among the fields
  std::span<const std::string_view> source_fields{};  // trusted fields only this source adds
  const ClientMetadata* client = nullptr;             // who sent it, when known
  const ClientMetadata* object = nullptr;             // whom it is about (OBJECT_PID= of root)
  std::optional<std::uint64_t> source_realtime_usec{};
  int priority = 6;                                   // level only, decides about an early sync
  const journal::PreparedValues* prepared = nullptr;  // of its large fields
};

class Ingest {
 public:
  Ingest(EntryStore& store, base::Clock& clock, const HostFields& host, Drops& drops);

  // Limits what is stored of others' entries. Called with what a unit's window suppressed, and who
  // sent the entry that ended it; may append entries of the collector itself.
  using OnSuppressed =
      std::function<void(std::string_view unit, std::uint64_t count, const ClientMetadata& sender)>;
  void set_limits(const RateLimitSettings& rate_limit, int max_level, OnSuppressed on_suppressed);
  // Whose files entries go to.
  void set_split_mode(SplitMode mode) { split_mode_ = mode; }
  // How much the journal may still grow, which decides about the burst.
  void set_available_bytes(std::uint64_t bytes) { available_bytes_ = bytes; }
  [[nodiscard]] RateLimiter& rate_limiter() { return rate_limiter_; }

  // Appends `entry` unless a limit keeps it out; `progress` stands at its position before, and at
  // `finished` afterwards, also when the store refused the entry, which is counted.
  void append(const IngestEntry& entry, ProgressCell progress, std::uint64_t finished);
  // The same, some time until the next flush() returns: entries that are stored together cost less.
  // False when a limit keeps it out.
  // REQUIRES: `client` stays as it is until then (ClientCache::before_change()).
  bool queue(const IngestEntry& entry, ProgressCell progress, std::uint64_t finished);
  // Takes an entry as dealt with that is not to be stored.
  void skip(ProgressCell progress, std::uint64_t finished);
  // Appends what is queued.
  void flush();
  [[nodiscard]] bool has_queued() const { return !batch_.empty(); }
  // For entries of the collector itself, which no successor repeats. False when the store refused
  // it, which is not counted: the caller knows what to do.
  bool append(const IngestEntry& entry);

  // Reads the clock for the entries that follow; once per batch is enough.
  void refresh_time();
  [[nodiscard]] std::uint64_t monotonic_usec() const { return time_.monotonic_usec; }
  [[nodiscard]] std::uint64_t realtime_usec() const { return time_.realtime_usec; }

  // All entries appended so far.
  [[nodiscard]] std::uint64_t stored() const { return stored_; }

  // Entries appended since the last call, and whether one of them was critical.
  struct Activity {
    std::uint64_t entries = 0;
    bool critical = false;
  };
  Activity take_activity();

 private:
  [[nodiscard]] bool is_admitted(const IngestEntry& entry);
  void compose(const IngestEntry& entry, EntryBatch::Entry& out);
  std::string_view source_time_payload(std::uint64_t usec, EntryBatch::Entry& out);
  void count_stored(const EntryBatch::Entry& entry);
  void select_owner(const ClientMetadata* client);

  EntryStore& store_;
  base::Clock& clock_;
  ClockSmoother smoother_;
  Drops& drops_;
  journal::EntryTime time_;
  std::vector<std::string> host_payloads_;
  EntryBatch batch_;
  EntryBatch::Entry single_;
  SplitMode split_mode_ = SplitMode::kNone;
  std::optional<uid_t> owner_;  // of the entries in the batch
  std::vector<std::string> object_payloads_;
  std::string_view source_time_;  // of the last entry in the batch, if that had one
  std::uint64_t source_time_usec_ = 0;
  Activity activity_;
  std::uint64_t stored_ = 0;

  RateLimiter rate_limiter_;
  RateLimitSettings rate_limit_;
  int max_level_ = 7;
  OnSuppressed on_suppressed_;
  std::uint64_t available_bytes_ = 0;
};

}  // namespace logq::collect
