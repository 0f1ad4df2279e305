#include "collect/native_source.h"

#include <charconv>
#include <limits>

namespace logq::collect {
namespace {

constexpr std::string_view kTransport = "_TRANSPORT=journal";
constexpr int kDefaultPriority = 6;

std::optional<pid_t> parse_pid(std::string_view text) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (error != std::errc{} || end != text.data() + text.size() || pid <= 0) return std::nullopt;
  return pid;
}

}  // namespace

NativeSource::NativeSource(Ingest& ingest, ClientCache& clients, Drops& drops, pid_t own_pid)
    : ingest_(ingest),
      clients_(clients),
      drops_(drops),
      own_pid_(own_pid) {}

void NativeSource::replay(ReceiveArea& predecessor) {
  ingest_.refresh_time();
  next_slot_ = 0;
  drain(predecessor, Descriptors::kForget, std::numeric_limits<std::size_t>::max());
}

void NativeSource::start(base::UniqueFd socket, ReceiveArea area) {
  socket_ = std::move(socket);
  area_.emplace(std::move(area));
  next_slot_ = 0;
}

NativeSource::Work NativeSource::work() {
  ingest_.refresh_time();
  if (!job_.has_value() && !area_->next_received(next_slot_).has_value()) {
    next_slot_ = 0;
    const auto received = area_->receive(socket_.get());
    if (!received.has_value()) drops_.add(DropCause::kReceiveFailed);
    if (!received.has_value() || *received == 0) return Work::kIdle;
  }
  return drain(*area_, Descriptors::kTake, kEntriesPerWakeup) ? Work::kMore : Work::kDone;
}

void NativeSource::finish_received() {
  drain(*area_, Descriptors::kTake, std::numeric_limits<std::size_t>::max());
}

// Works off received slots until the budget is spent; true when some are left.
bool NativeSource::drain(ReceiveArea& area, Descriptors descriptors, std::size_t budget) {
  while (true) {
    if (!job_.has_value()) {
      const auto slot = area.next_received(next_slot_);
      if (!slot.has_value()) return false;
      if (budget == 0) return true;
      next_slot_ = *slot + 1;
      if (!begin(area, *slot, descriptors)) continue;
    }
    const std::size_t used = store_entries(area, budget);
    budget -= used;
    if (job_.has_value()) return true;
  }
}

bool NativeSource::begin(ReceiveArea& area, std::size_t slot, Descriptors descriptors) {
  const msghdr message = area.message(slot);
  job_ = Job{};
  job_->slot = slot;
  job_->control = parse_control(message, kControlBytes, descriptors);
  job_->stored_before = area.progress(slot).load().position;
  std::optional<std::string_view> text;
  if ((message.msg_flags & MSG_TRUNC) != 0) {
    drops_.add(DropCause::kTruncatedDatagram);
  } else if ((message.msg_flags & MSG_CTRUNC) != 0 && job_->control.descriptors_sent > 0) {
    drops_.add(DropCause::kDescriptorExtra);
  } else {
    text = contents(area, *job_);
    // Descriptors that could not be installed take the entry with them.
    const bool is_lost = area.datagram(slot).empty() && (message.msg_flags & MSG_CTRUNC) != 0;
    if (is_lost) drops_.add(DropCause::kReceiveFailed);
  }
  const auto& sender = job_->control.credentials;
  const bool is_ours = sender.has_value() && sender->pid == own_pid_;
  if (!text.has_value() || is_ours) {
    finish(area);
    return false;
  }
  decoder_.start(*text);
  return true;
}

// The bytes of the entries: the datagram itself or the file it carries.
std::optional<std::string_view> NativeSource::contents(ReceiveArea& area, Job& job) {
  const std::string_view datagram = area.datagram(job.slot);
  if (job.control.descriptors_sent == 0) {
    if (datagram.empty()) return std::nullopt;
    return datagram;
  }
  if (!datagram.empty() || job.control.descriptors_sent > 1) {
    drops_.add(DropCause::kDescriptorExtra);
    return std::nullopt;
  }
  if (job.control.descriptors.empty()) {
    drops_.add(DropCause::kDescriptorLost);
    return std::nullopt;
  }
  const bool privileged = job.control.credentials && job.control.credentials->uid == 0;
  auto file = PassedFile::take(std::move(job.control.descriptors.front()),
                               privileged ? PassedFile::Sender::kRoot : PassedFile::Sender::kUser);
  if (!file.has_value()) {
    drops_.add(DropCause::kDescriptorRefused);
    return std::nullopt;
  }
  job.file = std::move(*file);
  return job.file.bytes();
}

std::size_t NativeSource::store_entries(ReceiveArea& area, std::size_t budget) {
  ProgressCell progress = area.progress(job_->slot);
  for (std::size_t used = 0; used < budget; ++used) {
    if (!decoder_.next()) {
      finish(area);
      return used;
    }
    const bool stored_already = job_->ordinal < job_->stored_before;
    if (!stored_already) store_entry(progress);
    ++job_->ordinal;
  }
  return budget;
}

void NativeSource::store_entry(ProgressCell progress) {
  const wire::NativePeek& peek = decoder_.peek();
  IngestEntry entry{decoder_.fields(), kTransport};
  entry.priority = peek.priority.value_or(kDefaultPriority);
  entry.source_realtime_usec = job_->control.realtime_usec;
  const auto& sender = job_->control.credentials;
  if (sender.has_value() && sender->pid > 0) {
    const std::uint64_t now = ingest_.monotonic_usec();
    if (sender->uid == 0 && !peek.object_pid.empty()) {
      if (const auto pid = parse_pid(peek.object_pid))
        entry.object = &clients_.find_object(*pid, now);
    }
    entry.client = &clients_.find(*sender, job_->control.label, {}, now);
  }
  ingest_.append(entry, progress, job_->ordinal + 1);
}

void NativeSource::finish(ReceiveArea& area) {
  if (const std::uint64_t dropped = decoder_.dropped_entries(); dropped > 0) {
    drops_.add(DropCause::kEntryOverLimit, dropped);
  }
  decoder_.start({});
  area.release(job_->slot);
  job_.reset();
}

}  // namespace logq::collect
