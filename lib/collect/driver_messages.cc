#include "collect/driver_messages.h"

#include <unistd.h>

#include "base/quantity.h"

namespace logq::collect {
namespace {

// journald's ids, so that tools which look for these events find ours.
constexpr std::string_view kStarted = "f77379a8490b408bbe5f6940505a777b";
constexpr std::string_view kStopped = "d93fb3c9c24d451a97cea615ce59c00b";
constexpr std::string_view kDropped = "a596d6fe7bfa4994828e72309e95d61e";
constexpr std::string_view kForwardMissed = "0027229ca0644181a76c4e92458afa2e";
constexpr std::string_view kKernelMissed = "e9bf28e6e834481bb6f48f548ad13606";
constexpr std::string_view kUsage = "ec387f577b844b8fa948f33cad9a75e6";
// Ours (docs/storage-troubles.md); journald has nothing to say here.
constexpr std::string_view kStorageRefuge = "546da41acd7f462bb47adac26be3b6ca";
constexpr std::string_view kStorageReturned = "9826107bddbe478ab91ee231acf8c220";
constexpr std::string_view kStorageRemade = "a72e02ccfd9146a78ae7feaf317b4083";

constexpr int kError = 3;
constexpr int kWarning = 4;
constexpr int kNoticeLevel = 5;

}  // namespace

DriverMessages::DriverMessages(Ingest& ingest, ClientCache& clients, Drops& drops)
    : ingest_(ingest),
      clients_(clients),
      drops_(drops) {
  // Own entries then never push out the sender whose entry is being worked on.
  clients_.pin(::getpid());
}

bool DriverMessages::send(const Message& message) {
  const std::string text = "MESSAGE=" + message.text;
  const std::string id = "MESSAGE_ID=" + std::string(message.id);
  const std::string level = "PRIORITY=" + std::to_string(message.priority);
  std::vector<std::string_view> fields{"SYSLOG_FACILITY=3", "SYSLOG_IDENTIFIER=logqd", level, text};
  if (!message.id.empty()) fields.emplace_back(id);
  fields.insert(fields.end(), message.fields.begin(), message.fields.end());
  IngestEntry entry{fields, "_TRANSPORT=driver"};
  entry.priority = message.priority;
  const Credentials own{::getpid(), ::getuid(), ::getgid()};
  entry.client = &clients_.find({own}, ingest_.monotonic_usec());
  entry.object = message.object;
  return ingest_.append(entry);
}

void DriverMessages::started() {
  send({"Journal started", kStarted});
}

void DriverMessages::stopped() {
  send({"Journal stopped", kStopped});
}

void DriverMessages::report_drops(std::uint64_t now_usec) {
  while (const auto report = drops_.take_report(now_usec)) {
    const std::string count = std::to_string(report->count);
    const std::string message = "Dropped " + count + " " + std::string(describe(report->cause));
    if (!send({message, kDropped, kWarning, {"N_DROPPED=" + count}})) {
      drops_.put_back(*report);
      return;
    }
  }
}

void DriverMessages::kernel_missed(std::uint64_t count) {
  const std::string number = std::to_string(count);
  send({"Missed " + number + " kernel messages", kKernelMissed, kWarning, {"N_DROPPED=" + number}});
}

void DriverMessages::forward_missed(std::string_view place, std::uint64_t count) {
  const std::string number = std::to_string(count);
  send({"Forwarding to " + std::string(place) + " missed " + number + " messages.",
        place == "syslog" ? kForwardMissed : kDropped,
        kWarning,
        {"N_DROPPED=" + number}});
}

void DriverMessages::suppressed(std::string_view unit,
                                std::uint64_t count,
                                const ClientMetadata* sender) {
  const std::string number = std::to_string(count);
  Message message{"Suppressed " + number + " messages from " + std::string(unit), kDropped};
  message.fields = {"N_DROPPED=" + number};
  message.object = sender;
  send(message);
}

void DriverMessages::report_suppressed(std::uint64_t until_usec) {
  while (const auto ended = ingest_.rate_limiter().take_ended(until_usec)) {
    // Its process may be gone by now, and the number another's.
    const ClientMetadata& sender = clients_.find_object(ended->pid, ingest_.monotonic_usec());
    const bool is_it = sender.value(TrustedField::kUnit) == ended->unit;
    suppressed(ended->unit, ended->count, is_it ? &sender : nullptr);
  }
}

void DriverMessages::usage(std::string_view name, const SpaceReport& space) {
  const std::string used = base::format_size(space.used_bytes);
  const std::string most = base::format_size(space.limits.max_use_bytes);
  const std::string left = base::format_size(space.available_bytes());
  Message message{std::string(name) + " (" + space.directory + ") is " + used + ", max " + most +
                      ", " + left + " free.",
                  kUsage};
  message.fields = {"JOURNAL_NAME=" + std::string(name), "JOURNAL_PATH=" + space.directory};
  const auto add = [&](const std::string& field, std::uint64_t bytes) {
    message.fields.push_back(field + "=" + std::to_string(bytes));
    message.fields.push_back(field + "_PRETTY=" + base::format_size(bytes));
  };
  add("CURRENT_USE", space.used_bytes);
  add("MAX_USE", space.limits.max_use_bytes);
  add("DISK_KEEP_FREE", space.limits.keep_free_bytes);
  add("DISK_AVAILABLE", space.filesystem_free_bytes);
  add("LIMIT", space.limit_bytes);
  add("AVAILABLE", space.available_bytes());
  send(message);
}

void DriverMessages::flushed(const std::string& directory, const Storage::FlushReport& report) {
  send({"Time spent on flushing to " + directory + " is " + base::format_time_span(report.usec) +
            " for " + std::to_string(report.entries) + " entries.",
        {}});
}

void DriverMessages::storage(const Storage::Event& event, std::uint64_t lost) {
  using Kind = Storage::Event::Kind;
  const std::string count = std::to_string(event.entries);
  Message message;
  message.fields = {"STORAGE_DIRECTORY=" + event.directory};
  if (!event.refuge.empty()) message.fields.push_back("REFUGE_DIRECTORY=" + event.refuge);
  switch (event.kind) {
    case Kind::kRefuge:
      message.text = "Cannot store in " + event.directory + ": " + event.reason.message() +
                     "; collecting in " + event.refuge + " until it can.";
      message.id = kStorageRefuge;
      message.priority = kError;
      message.fields.push_back("ERRNO=" + std::to_string(event.reason.sys_errno));
      break;
    case Kind::kReturned:
      message.text = "Storing in " + event.directory + " again; " + count +
                     " entries were moved from " + event.refuge;
      message.text += lost == 0 ? "." : ", " + std::to_string(lost) + " found no room there.";
      message.id = kStorageReturned;
      message.priority = kNoticeLevel;
      message.fields.push_back("N_ENTRIES=" + count);
      message.fields.push_back("N_DROPPED=" + std::to_string(lost));
      break;
    case Kind::kRemade:
      message.text = event.directory +
                     " was removed while entries were stored in it, and is made " + "again; " +
                     count + " entries are lost.";
      message.id = kStorageRemade;
      message.priority = kError;
      message.fields.push_back("N_DROPPED=" + count);
      break;
  }
  send(message);
}

}  // namespace logq::collect
