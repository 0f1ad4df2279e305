#include "collect/ingest.h"

#include <algorithm>
#include <charconv>

#include "collect/limits.h"

namespace logq::collect {
namespace {

constexpr std::string_view kSourceTime = "_SOURCE_REALTIME_TIMESTAMP=";

}  // namespace

Ingest::Ingest(EntryStore& store, base::Clock& clock, const HostFields& host, Drops& drops)
    : store_(store),
      clock_(clock),
      drops_(drops) {
  time_.boot_id = host.boot_id;
  host_payloads_.push_back("_BOOT_ID=" + host.boot_id.to_string());
  if (!host.machine_id.is_null()) {
    host_payloads_.push_back("_MACHINE_ID=" + host.machine_id.to_string());
  }
  if (!host.hostname.empty()) host_payloads_.push_back("_HOSTNAME=" + host.hostname);
  if (!host.log_namespace.empty()) host_payloads_.push_back("_NAMESPACE=" + host.log_namespace);
  host_payloads_.emplace_back("_RUNTIME_SCOPE=system");
  refresh_time();
}

void Ingest::set_limits(const RateLimitSettings& rate_limit,
                        int max_level,
                        OnSuppressed on_suppressed) {
  rate_limit_ = rate_limit;
  max_level_ = max_level;
  on_suppressed_ = std::move(on_suppressed);
}

void Ingest::refresh_time() {
  const base::TimePair now = smoother_.smooth(clock_.now());
  time_.monotonic_usec = now.monotonic_usec;
  // A step back begins a new file.
  time_.realtime_usec = now.realtime_usec;
}

bool Ingest::is_admitted(const IngestEntry& entry) {
  if (entry.priority > max_level_) return false;
  if (entry.client == nullptr || !on_suppressed_) return true;
  const ClientMetadata& sender = *entry.client;
  const std::string_view unit = sender.value(TrustedField::kUnit);
  if (unit.empty()) return true;
  RateLimiter::Request request;
  request.unit = unit;
  request.pid = sender.credentials().pid;
  request.level = entry.priority;
  request.settings.interval_usec =
      sender.rate_limit_interval_usec().value_or(rate_limit_.interval_usec);
  request.settings.burst = sender.rate_limit_burst().value_or(rate_limit_.burst);
  request.available_bytes = available_bytes_;
  request.now_usec = time_.monotonic_usec;
  const RateLimiter::Decision decision = rate_limiter_.admit(request);
  if (decision.suppressed > 0) on_suppressed_(unit, decision.suppressed, sender);
  return decision.admitted;
}

void Ingest::compose(const IngestEntry& entry, EntryBatch::Entry& out) {
  std::vector<std::string_view>& payloads = out.payloads;
  payloads.assign(entry.fields.begin(), entry.fields.end());
  if (!entry.transport.empty()) payloads.push_back(entry.transport);
  payloads.insert(payloads.end(), entry.source_fields.begin(), entry.source_fields.end());
  if (entry.client != nullptr) entry.client->append_payloads(payloads);
  object_payloads_.clear();
  if (entry.object != nullptr) {
    std::vector<std::string_view> fields;
    entry.object->append_payloads(fields);
    for (const std::string_view field : fields) {
      if (field.starts_with('_')) object_payloads_.push_back("OBJECT" + std::string(field));
    }
  }
  payloads.insert(payloads.end(), object_payloads_.begin(), object_payloads_.end());
  if (entry.source_realtime_usec.has_value()) {
    payloads.push_back(source_time_payload(*entry.source_realtime_usec, out));
  }
  payloads.insert(payloads.end(), host_payloads_.begin(), host_payloads_.end());
  out.priority = entry.priority;
  out.prepared = entry.prepared;
}

// All entries of a message share the text of the first.
std::string_view Ingest::source_time_payload(std::uint64_t usec, EntryBatch::Entry& out) {
  if (usec == source_time_usec_ && !source_time_.empty()) return source_time_;
  char* const begin = out.source_time.data();
  char* const digits = begin + kSourceTime.copy(begin, kSourceTime.size());
  const char* const end = std::to_chars(digits, begin + out.source_time.size(), usec).ptr;
  source_time_ = {begin, end};
  source_time_usec_ = usec;
  return source_time_;
}

void Ingest::count_stored(const EntryBatch::Entry& entry) {
  ++activity_.entries;
  ++stored_;
  activity_.critical = activity_.critical || entry.priority <= 2;
}

// A batch goes to one file.
void Ingest::select_owner(const ClientMetadata* client) {
  const std::optional<uid_t> owner = owner_of(client, split_mode_);
  if (owner == owner_) return;
  flush();
  owner_ = owner;
  store_.select(owner);
}

bool Ingest::queue(const IngestEntry& entry, ProgressCell progress, std::uint64_t finished) {
  if (!is_admitted(entry)) {
    skip(progress, finished);
    return false;
  }
  if (batch_.is_full() || entry.prepared != nullptr) flush();
  select_owner(entry.client);
  EntryBatch::Entry& queued = batch_.add();
  compose(entry, queued);
  queued.progress = progress;
  queued.finished = finished;
  // These payloads are nowhere but here; and what is prepared comes alone.
  if (!object_payloads_.empty() || entry.prepared != nullptr) flush();
  return true;
}

// The positions of entries in the queue lead from one to the next, so none can be left out there.
void Ingest::skip(ProgressCell progress, std::uint64_t finished) {
  flush();
  progress.store({finished, false, 0});
}

void Ingest::flush() {
  std::size_t done = 0;
  while (done < batch_.size()) {
    batch_.announce(done, store_.next_seqnum());
    const auto appended = store_.append_batch(batch_.prepare(time_, done));
    const std::size_t stored = appended.value_or(0);
    for (std::size_t i = done; i < done + stored; ++i)
      count_stored(batch_[i]);
    if (stored == 0) drops_.add(DropCause::kStoreFailed);
    const std::size_t behind = done + std::max<std::size_t>(stored, 1);
    batch_.finish(done, behind);
    done = behind;
  }
  batch_.clear();
  source_time_ = {};
}

void Ingest::append(const IngestEntry& entry, ProgressCell progress, std::uint64_t finished) {
  queue(entry, progress, finished);
  flush();
}

bool Ingest::append(const IngestEntry& entry) {
  flush();
  select_owner(entry.client);
  compose(entry, single_);
  source_time_ = {};
  if (!store_.append(time_, single_.payloads).has_value()) return false;
  count_stored(single_);
  return true;
}

Ingest::Activity Ingest::take_activity() {
  const Activity taken = activity_;
  activity_ = {};
  return taken;
}

}  // namespace logq::collect
