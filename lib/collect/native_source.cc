#include "collect/native_source.h"

#include <limits>

#include "wire/loose_integer.h"

namespace logq::collect {
namespace {

constexpr std::string_view kTransport = "_TRANSPORT=journal";
constexpr int kDefaultPriority = 6;

std::optional<pid_t> parse_pid(std::string_view text) {
  const auto number = wire::parse_loose_integer(text);
  if (!number.has_value() || *number <= 0) return std::nullopt;
  if (*number > std::numeric_limits<pid_t>::max()) return std::nullopt;
  return static_cast<pid_t>(*number);
}

}  // namespace

bool NativeSource::begin(std::string_view bytes, ControlData& control) {
  const auto text = contents(bytes, control);
  if (!text.has_value()) return false;
  decoder_.start(*text);
  return true;
}

// The bytes of the entries: the datagram itself or the file it carries.
std::optional<std::string_view> NativeSource::contents(std::string_view bytes,
                                                       ControlData& control) {
  Drops& drops = services().drops;
  if (control.descriptors_sent == 0) {
    if (bytes.empty()) return std::nullopt;
    return bytes;
  }
  if (!bytes.empty() || control.descriptors_sent > 1) {
    drops.add(DropCause::kDescriptorExtra);
    return std::nullopt;
  }
  if (control.descriptors.empty()) {
    drops.add(DropCause::kDescriptorLost);
    return std::nullopt;
  }
  const bool privileged = control.credentials && control.credentials->uid == 0;
  auto file = PassedFile::take(std::move(control.descriptors.front()),
                               privileged ? PassedFile::Sender::kRoot : PassedFile::Sender::kUser);
  if (!file.has_value()) {
    drops.add(DropCause::kDescriptorRefused);
    return std::nullopt;
  }
  file_ = std::move(*file);
  return file_.bytes();
}

void NativeSource::store(const ControlData& control,
                         ProgressCell progress,
                         std::uint64_t finished) {
  IngestEntry entry{decoder_.fields(), kTransport};
  entry.priority = decoder_.peek().priority.value_or(kDefaultPriority);
  entry.source_realtime_usec = control.realtime_usec;
  entry.object = find_object(control);
  entry.client = find_sender(control);
  Ingest& ingest = services().ingest;
  if (!is_wanted(entry.client, entry.priority, decoder_.peek().message)) {
    return ingest.skip(progress, finished);
  }
  // What is only here does not outlive the next entry.
  const bool lasts = !decoder_.has_composed() && file_.bytes().empty();
  if (lasts) {
    ingest.queue(entry, progress, finished);
  } else {
    ingest.append(entry, progress, finished);
  }
  forward(control, entry);
}

// Only what has a message means anything elsewhere.
void NativeSource::forward(const ControlData& control, const IngestEntry& entry) {
  Forwards* forwards = services().forwards;
  const wire::NativePeek& peek = decoder_.peek();
  if (forwards == nullptr || !forwards->wants_everything() || peek.message.empty()) return;
  ForwardedMessage message{peek.facility.value_or(0) * 8 + entry.priority, peek.identifier,
                           peek.message,
                           control.realtime_usec.value_or(services().ingest.realtime_usec())};
  message.sender = control.credentials;
  message.client = entry.client;
  forwards->forward(message);
}

// Whom the entry is about: root may say so.
const ClientMetadata* NativeSource::find_object(const ControlData& control) {
  const auto& sender = control.credentials;
  if (!sender.has_value() || sender->pid <= 0 || sender->uid != 0) return nullptr;
  const auto pid = parse_pid(decoder_.peek().object_pid);
  if (!pid.has_value()) return nullptr;
  return &services().clients.find_object(*pid, services().ingest.monotonic_usec());
}

void NativeSource::end() {
  if (const std::uint64_t dropped = decoder_.dropped_entries(); dropped > 0) {
    services().drops.add(DropCause::kEntryOverLimit, dropped);
  }
  decoder_.start({});
  file_ = {};
}

}  // namespace logq::collect
