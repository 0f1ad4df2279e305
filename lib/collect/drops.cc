#include "collect/drops.h"

#include "collect/limits.h"

namespace logq::collect {

std::string_view describe(DropCause cause) {
  switch (cause) {
    case DropCause::kTruncatedDatagram:
      return "datagrams larger than a receive slot";
    case DropCause::kDatagramOverflow:
      return "datagrams of users who kept others waiting with costly ones";
    case DropCause::kDescriptorExtra:
      return "datagrams with unexpected file descriptors";
    case DropCause::kDescriptorRefused:
      return "entries in unacceptable file descriptors";
    case DropCause::kDescriptorOverflow:
      return "file descriptors with entries, of which a user had too many, or not read in time";
    case DropCause::kDescriptorLost:
      return "entries in file descriptors that a killed predecessor held";
    case DropCause::kReceiveFailed:
      return "messages that the kernel could not deliver";
    case DropCause::kEntryOverLimit:
      return "entries with too many or too large fields";
    case DropCause::kStoreFailed:
      return "entries that could not be stored";
    case DropCause::kStreamRefused:
      return "streams beyond the limit, or with no room in the runtime directory";
    case DropCause::kStreamBadHeader:
      return "streams with an invalid header";
    case DropCause::kStreamUnknown:
      return "streams of a predecessor whose state is lost";
    case DropCause::kKernelRecord:
      return "kernel messages that could not be understood";
    case DropCause::kKernelMissed:
      return "kernel messages that were overwritten before they were read";
    case DropCause::kAuditRecord:
      return "audit records that could not be understood";
    case DropCause::kAuditOverrun:
      return "or more audit records for which the socket had no room";
    case DropCause::kBatchRefused:
      return "batches that are malformed, too large or of an unknown version";
    case DropCause::kBatchEntry:
      return "entries of batches that are none";
    case DropCause::kRefugeOverflow:
      return "entries that volatile storage had no room for until persistent storage worked again";
    case DropCause::kStorageRemoved:
      return "entries in files that were deleted while they were written";
    case DropCause::kCount:
      break;
  }
  return "messages";
}

std::string_view key_of(DropCause cause) {
  switch (cause) {
    case DropCause::kTruncatedDatagram:
      return "truncatedDatagram";
    case DropCause::kDatagramOverflow:
      return "datagramOverflow";
    case DropCause::kDescriptorExtra:
      return "descriptorExtra";
    case DropCause::kDescriptorRefused:
      return "descriptorRefused";
    case DropCause::kDescriptorOverflow:
      return "descriptorOverflow";
    case DropCause::kDescriptorLost:
      return "descriptorLost";
    case DropCause::kReceiveFailed:
      return "receiveFailed";
    case DropCause::kEntryOverLimit:
      return "entryOverLimit";
    case DropCause::kStoreFailed:
      return "storeFailed";
    case DropCause::kStreamRefused:
      return "streamRefused";
    case DropCause::kStreamBadHeader:
      return "streamBadHeader";
    case DropCause::kStreamUnknown:
      return "streamUnknown";
    case DropCause::kKernelRecord:
      return "kernelRecord";
    case DropCause::kKernelMissed:
      return "kernelMissed";
    case DropCause::kAuditRecord:
      return "auditRecord";
    case DropCause::kAuditOverrun:
      return "auditOverrun";
    case DropCause::kBatchRefused:
      return "batchRefused";
    case DropCause::kBatchEntry:
      return "batchEntry";
    case DropCause::kRefugeOverflow:
      return "refugeOverflow";
    case DropCause::kStorageRemoved:
      return "storageRemoved";
    case DropCause::kCount:
      break;
  }
  return "other";
}

void Drops::add(DropCause cause, std::uint64_t count) {
  counters_[static_cast<std::size_t>(cause)].total += count;
}

void Drops::add_reported(DropCause cause, std::uint64_t count) {
  Counter& counter = counters_[static_cast<std::size_t>(cause)];
  counter.total += count;
  counter.reported += count;
}

std::uint64_t Drops::total(DropCause cause) const {
  return counters_[static_cast<std::size_t>(cause)].total;
}

std::uint64_t Drops::total() const {
  std::uint64_t sum = 0;
  for (const Counter& counter : counters_)
    sum += counter.total;
  return sum;
}

std::optional<Drops::Report> Drops::take_report(std::uint64_t now_usec) {
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    Counter& counter = counters_[i];
    if (counter.total == counter.reported) continue;
    const bool too_soon = counter.reported_at_usec != 0 &&
                          now_usec < counter.reported_at_usec + kDropReportIntervalUsec;
    if (too_soon) continue;
    const Report report{static_cast<DropCause>(i), counter.total - counter.reported};
    counter.reported = counter.total;
    counter.reported_at_usec = now_usec;
    return report;
  }
  return std::nullopt;
}

void Drops::put_back(const Report& report) {
  counters_[static_cast<std::size_t>(report.cause)].reported -= report.count;
}

bool Drops::has_unreported() const {
  for (const Counter& counter : counters_) {
    if (counter.total != counter.reported) return true;
  }
  return false;
}

}  // namespace logq::collect
