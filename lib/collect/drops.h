// Drops: everything the collector could not store, counted per cause. The collector reports the
// counts in the log itself, so that no loss stays invisible. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace logq::collect {

enum class DropCause : std::uint8_t {
  kTruncatedDatagram,   ///< larger than a receive slot
  kDatagramOverflow,    ///< of a user who kept others waiting with costly ones
  kDescriptorExtra,     ///< a payload and a descriptor, or several descriptors
  kDescriptorRefused,   ///< a descriptor that is no acceptable file
  kDescriptorOverflow,  ///< too many of one user waited, or it took too long to read one
  kDescriptorLost,      ///< received by a predecessor and not read before it died
  kReceiveFailed,       ///< the kernel could not deliver a message
  kEntryOverLimit,      ///< too many or too large fields
  kStoreFailed,         ///< the journal file could not take it
  kStreamRefused,       ///< too many streams, or no room for another
  kStreamBadHeader,     ///< a stream whose header lines journald would refuse
  kStreamUnknown,       ///< handed over by the service manager, without a state that can be used
  kKernelRecord,        ///< what /dev/kmsg gave could not be understood
  kKernelMissed,        ///< kernel messages that were overwritten before they were read
  kAuditRecord,         ///< an audit record that could not be understood, or not of the kernel
  kAuditOverrun,        ///< times that audit records found no room in their socket
  kBatchRefused,        ///< a batch that breaks a rule of its protocol
  kBatchEntry,          ///< what a batch has instead of an entry
  kRefugeOverflow,      ///< deleted in volatile storage before they could be moved
  kStorageRemoved,      ///< in files that somebody deleted while they were written
  kCount,
};

// A sentence for the log: what was dropped and why.
[[nodiscard]] std::string_view describe(DropCause cause);
// Its name in the status, "truncatedDatagram".
[[nodiscard]] std::string_view key_of(DropCause cause);

class Drops {
 public:
  void add(DropCause cause, std::uint64_t count = 1);
  // Of those that somebody has told of in a better way already.
  void add_reported(DropCause cause, std::uint64_t count);
  [[nodiscard]] std::uint64_t total(DropCause cause) const;
  [[nodiscard]] std::uint64_t total() const;

  struct Report {
    DropCause cause = DropCause::kCount;
    std::uint64_t count = 0;
  };
  // A cause with drops not yet reported, at most once per kDropReportIntervalUsec and cause.
  std::optional<Report> take_report(std::uint64_t now_usec);
  // For a report that did not reach the log: it is due again after the interval.
  void put_back(const Report& report);
  [[nodiscard]] bool has_unreported() const;

 private:
  struct Counter {
    std::uint64_t total = 0;
    std::uint64_t reported = 0;
    std::uint64_t reported_at_usec = 0;
  };
  std::array<Counter, static_cast<std::size_t>(DropCause::kCount)> counters_{};
};

}  // namespace logq::collect
