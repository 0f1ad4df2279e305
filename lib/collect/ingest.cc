#include "collect/ingest.h"

#include <algorithm>

#include "collect/limits.h"

namespace logq::collect {

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
  const base::TimePair now = clock_.now();
  time_.monotonic_usec = std::max(time_.monotonic_usec, now.monotonic_usec);
  const bool small_step_back = now.realtime_usec < time_.realtime_usec &&
                               time_.realtime_usec - now.realtime_usec <= kClampUsec;
  // A large step back is passed on: the store begins a new file for it.
  if (!small_step_back) time_.realtime_usec = now.realtime_usec;
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

void Ingest::compose(const IngestEntry& entry) {
  payloads_.assign(entry.fields.begin(), entry.fields.end());
  if (!entry.transport.empty()) payloads_.push_back(entry.transport);
  payloads_.insert(payloads_.end(), entry.source_fields.begin(), entry.source_fields.end());
  if (entry.client != nullptr) entry.client->append_payloads(payloads_);
  object_payloads_.clear();
  if (entry.object != nullptr) {
    std::vector<std::string_view> fields;
    entry.object->append_payloads(fields);
    for (const std::string_view field : fields) {
      if (field.starts_with('_')) object_payloads_.push_back("OBJECT" + std::string(field));
    }
  }
  payloads_.insert(payloads_.end(), object_payloads_.begin(), object_payloads_.end());
  if (entry.source_realtime_usec.has_value()) {
    source_time_ = "_SOURCE_REALTIME_TIMESTAMP=" + std::to_string(*entry.source_realtime_usec);
    payloads_.emplace_back(source_time_);
  }
  payloads_.insert(payloads_.end(), host_payloads_.begin(), host_payloads_.end());
}

bool Ingest::append_composed(const IngestEntry& entry) {
  const auto stored = store_.append(time_, payloads_);
  if (!stored.has_value()) return false;
  ++activity_.entries;
  ++stored_;
  activity_.critical = activity_.critical || entry.priority <= 2;
  return true;
}

void Ingest::append(const IngestEntry& entry, ProgressCell progress, std::uint64_t finished) {
  if (!is_admitted(entry)) {
    progress.store({finished, false, 0});
    return;
  }
  compose(entry);
  const ProgressWord before = progress.load();
  const auto seqnum_low = static_cast<std::uint16_t>(store_.next_seqnum() & 0xffff);
  progress.store({before.position, true, seqnum_low});
  if (!append_composed(entry)) drops_.add(DropCause::kStoreFailed);
  progress.store({finished, false, 0});
}

bool Ingest::append(const IngestEntry& entry) {
  compose(entry);
  return append_composed(entry);
}

Ingest::Activity Ingest::take_activity() {
  const Activity taken = activity_;
  activity_ = {};
  return taken;
}

}  // namespace logq::collect
