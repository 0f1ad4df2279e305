#include "collect/native_intake.h"

namespace logq::collect {
namespace {

constexpr std::string_view kJournalTransport = "_TRANSPORT=journal";
constexpr int kDefaultPriority = 6;

}  // namespace

bool NativeIntake::store(const wire::NativeDecoder& decoder,
                         const ControlData& control,
                         Lifetime lifetime,
                         ProgressCell progress,
                         std::uint64_t finished,
                         const journal::PreparedValues* prepared) {
  const wire::NativePeek& peek = decoder.peek();
  IngestEntry entry{decoder.fields(), kJournalTransport};
  entry.priority = peek.priority.value_or(kDefaultPriority);
  entry.source_realtime_usec = control.realtime_usec;
  entry.object = find_object(peek.object_pid, control);
  entry.client = find_sender(services_, control);
  entry.prepared = prepared;
  Ingest& ingest = services_.ingest;
  if (!is_wanted(entry.client, entry.priority, peek.message)) {
    ingest.skip(progress, finished);
    return false;
  }
  bool admitted = ingest.queue(entry, progress, finished);
  // What the decoder has composed is its own, until the next entry.
  if (lifetime == Lifetime::kUntilNext || decoder.has_composed()) ingest.flush();
  forward(peek, control, entry);
  return admitted;
}

// Only what has a message means anything elsewhere.
void NativeIntake::forward(const wire::NativePeek& peek,
                           const ControlData& control,
                           const IngestEntry& entry) {
  Forwards* forwards = services_.forwards;
  if (forwards == nullptr || !forwards->wants_everything() || peek.message.empty()) return;
  ForwardedMessage message{peek.facility.value_or(0) * 8 + entry.priority, peek.identifier,
                           peek.message,
                           control.realtime_usec.value_or(services_.ingest.realtime_usec())};
  message.sender = control.credentials;
  message.client = entry.client;
  forwards->forward(message);
}

// Whom the entry is about: root may say so.
const ClientMetadata* NativeIntake::find_object(std::optional<pid_t> object,
                                                const ControlData& control) {
  const auto& sender = control.credentials;
  if (!sender.has_value() || sender->pid <= 0 || sender->uid != 0) return nullptr;
  if (!object.has_value()) return nullptr;
  return &services_.clients.find_object(*object, services_.ingest.monotonic_usec());
}

}  // namespace logq::collect
