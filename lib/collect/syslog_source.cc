#include "collect/syslog_source.h"

namespace logq::collect {
namespace {

constexpr std::string_view kSyslogTransport = "_TRANSPORT=syslog";

}  // namespace

bool SyslogSource::begin(std::string_view bytes, ControlData& control) {
  if (control.descriptors_sent > 0) {
    services().drops.add(DropCause::kDescriptorExtra);
    return false;
  }
  datagram_ = bytes;
  taken_ = bytes.empty();
  return !taken_;
}

bool SyslogSource::next() {
  if (taken_) return false;
  taken_ = true;
  message_ = wire::parse_syslog_message(datagram_);
  return true;
}

void SyslogSource::store(const ControlData& control,
                         ProgressCell progress,
                         std::uint64_t finished) {
  compose();
  IngestEntry entry{fields_, {}};
  entry.priority = message_.level();
  entry.source_realtime_usec = control.realtime_usec;
  entry.client = find_sender(services(), control);
  if (!is_wanted(entry.client, entry.priority, message_.text)) {
    return services().ingest.skip(progress, finished);
  }
  services().ingest.append(entry, progress, finished);
  forward(control, entry);
}

void SyslogSource::forward(const ControlData& control, const IngestEntry& entry) {
  Forwards* forwards = services().forwards;
  if (forwards == nullptr || !forwards->wants_everything()) return;
  ForwardedMessage message{message_.priority, message_.identifier.value_or(""), message_.text,
                           control.realtime_usec.value_or(services().ingest.realtime_usec())};
  message.sender = control.credentials;
  message.client = entry.client;
  forwards->forward_datagram(message, datagram_);
}

// The fields in journald's order.
void SyslogSource::compose() {
  payloads_.clear();
  const auto add = [this](std::string_view name, std::string_view value) {
    payloads_.emplace_back(name).append(value);
  };
  add("PRIORITY=", std::to_string(message_.level()));
  if (message_.facility() != 0) add("SYSLOG_FACILITY=", std::to_string(message_.facility()));
  if (message_.identifier.has_value()) add("SYSLOG_IDENTIFIER=", *message_.identifier);
  if (message_.pid.has_value()) add("SYSLOG_PID=", *message_.pid);
  if (!message_.timestamp.empty()) add("SYSLOG_TIMESTAMP=", message_.timestamp);
  add("MESSAGE=", message_.text);
  if (message_.keep_raw) add("SYSLOG_RAW=", datagram_);
  fields_.assign({kSyslogTransport});
  fields_.insert(fields_.end(), payloads_.begin(), payloads_.end());
}

}  // namespace logq::collect
