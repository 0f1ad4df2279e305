#include "collect/kernel_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/io.h"
#include "base/try.h"
#include "collect/limits.h"
#include "wire/field_name.h"
#include "wire/syslog_message.h"

namespace logq::collect {
namespace {

constexpr std::string_view kKernelTransport = "_TRANSPORT=kernel";
constexpr std::string_view kOwnIdentifier = "logqd";
constexpr std::size_t kDictionaryFieldsMax = 64;  // as journald

}  // namespace

KernelSource::KernelSource(const KernelServices& services,
                           KernelPosition position,
                           bool ignore_users)
    : services_(services),
      position_(std::move(position)),
      ignore_users_(ignore_users),
      buffer_(kKernelRecordBytes) {}

Result<base::UniqueFd> KernelSource::open_device(const std::string& path) {
  return base::open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

Result<void> KernelSource::start(base::UniqueFd device, sd_event* event) {
  device_ = std::move(device);
  return watch_.start(event, device_.get(), SD_EVENT_PRIORITY_NORMAL, [this] {
    work();
    if (notify_) notify_();
  });
}

void KernelSource::stop() {
  watch_.stop();
  device_.reset();
}

bool KernelSource::work() {
  if (!device_.is_open()) return false;
  services_.ingest.refresh_time();
  for (std::size_t i = 0; i < kKernelRecordsPerWakeup; ++i) {
    const Next next = read_record();
    if (next == Next::kNone) return false;
    if (next == Next::kFailed) {
      const Error error = Error::system(errno, "read");
      stop();
      if (failed_) failed_(error);
      return false;
    }
    take_record({buffer_.data(), size_});
  }
  return true;
}

void KernelSource::catch_up() {
  for (std::size_t round = 0; round < kKernelRoundsOfCatchUp && work(); ++round) {
  }
}

// EPIPE says that messages were overwritten before they were read, EINVAL that one was larger than
// the buffer: the next read gives the message behind them, whose number tells of the gap.
KernelSource::Next KernelSource::read_record() {
  for (std::size_t tries = 0; tries < kKernelRecordsPerWakeup; ++tries) {
    const ssize_t size = ::read(device_.get(), buffer_.data(), buffer_.size());
    if (size > 0) {
      size_ = static_cast<std::size_t>(size);
      return Next::kRecord;
    }
    if (size == 0) {
      errno = ENODATA;  // a device never ends: this is none
      return Next::kFailed;
    }
    if (errno == EAGAIN) return Next::kNone;
    if (errno != EINTR && errno != EPIPE && errno != EINVAL) return Next::kFailed;
  }
  return Next::kNone;
}

void KernelSource::take_record(std::string_view bytes) {
  const auto record = wire::parse_kernel_record(bytes);
  if (!record.has_value()) {
    services_.drops.add(DropCause::kKernelRecord);
    return;
  }
  const std::uint64_t expected = position_.next();
  if (record->sequence < expected) return;  // a predecessor has stored it
  if (record->sequence > expected) report_gap(record->sequence - expected);
  position_.set_next(record->sequence);
  if (is_wanted(*record)) store(*record);
  position_.set_next(record->sequence + 1);
}

void KernelSource::report_gap(std::uint64_t missed) {
  services_.driver.kernel_missed(missed);
  services_.drops.add_reported(DropCause::kKernelMissed, missed);
}

bool KernelSource::is_wanted(const wire::KernelRecord& record) const {
  if (record.facility() == 0) return true;
  if (ignore_users_) return false;
  std::string_view text = record.text;
  const wire::SyslogTag tag = wire::take_syslog_tag(text);
  return tag.identifier != kOwnIdentifier || tag.pid != std::to_string(::getpid());
}

void KernelSource::add(std::string_view name, std::string_view value) {
  payloads_.emplace_back(name).append(value);
}

void KernelSource::store(const wire::KernelRecord& record) {
  payloads_.clear();
  add_dictionary(record.dictionary);
  const std::string usec = std::to_string(record.usec);
  add("_SOURCE_BOOTTIME_TIMESTAMP=", usec);
  add("_SOURCE_MONOTONIC_TIMESTAMP=", usec);
  add("PRIORITY=", std::to_string(record.level()));
  add("SYSLOG_FACILITY=", std::to_string(record.facility()));
  std::string_view text = record.text;
  if (record.facility() == 0) {
    add("SYSLOG_IDENTIFIER=", "kernel");
  } else {
    const wire::SyslogTag tag = wire::take_syslog_tag(text);
    if (tag.identifier.has_value()) add("SYSLOG_IDENTIFIER=", *tag.identifier);
    if (tag.pid.has_value()) add("SYSLOG_PID=", *tag.pid);
  }
  add("MESSAGE=", "");
  wire::append_unescaped(text, payloads_.back());
  fields_.assign(payloads_.begin(), payloads_.end());
  IngestEntry entry{fields_, kKernelTransport};
  entry.priority = record.level();
  services_.ingest.append(entry, position_.progress(), record.sequence + 1);
}

// What drivers say of a message in fields, and what udev says of the device they name.
void KernelSource::add_dictionary(std::string_view dictionary) {
  constexpr std::string_view kDevice = "_KERNEL_DEVICE=";
  std::string device;
  for (std::size_t i = 0; i < kDictionaryFieldsMax; ++i) {
    const auto line = wire::next_dictionary_line(dictionary);
    if (!line.has_value()) break;
    std::string payload = "_KERNEL_";
    wire::append_unescaped(*line, payload);
    const std::size_t equals = payload.find('=');
    const std::string_view name = std::string_view(payload).substr(0, equals);
    if (equals == std::string::npos ||
        !wire::is_valid_field_name(name, wire::FieldOrigin::kCollector)) {
      continue;
    }
    if (payload.starts_with(kDevice)) device = payload.substr(kDevice.size());
    payloads_.push_back(std::move(payload));
  }
  if (!device.empty()) append_device_fields(device, device_sources_, payloads_);
}

}  // namespace logq::collect
