#include "collect/driver_messages.h"

#include <unistd.h>

#include <vector>

namespace logq::collect {
namespace {

// journald's ids, so that tools which look for these events find ours.
constexpr std::string_view kStarted = "f77379a8490b408bbe5f6940505a777b";
constexpr std::string_view kStopped = "d93fb3c9c24d451a97cea615ce59c00b";
constexpr std::string_view kDropped = "a596d6fe7bfa4994828e72309e95d61e";

constexpr int kInfo = 6;
constexpr int kWarning = 4;

}  // namespace

DriverMessages::DriverMessages(Ingest& ingest, ClientCache& clients, Drops& drops)
    : ingest_(ingest),
      clients_(clients),
      drops_(drops) {}

bool DriverMessages::send(std::string_view message,
                          std::string_view message_id,
                          int priority,
                          std::string_view extra_field) {
  const std::string text = "MESSAGE=" + std::string(message);
  const std::string id = "MESSAGE_ID=" + std::string(message_id);
  const std::string level = "PRIORITY=" + std::to_string(priority);
  std::vector<std::string_view> fields{"SYSLOG_FACILITY=3", "SYSLOG_IDENTIFIER=logqd", level, text,
                                       id};
  if (!extra_field.empty()) fields.push_back(extra_field);
  IngestEntry entry{fields, "_TRANSPORT=driver"};
  entry.priority = priority;
  const Credentials own{::getpid(), ::getuid(), ::getgid()};
  entry.client = &clients_.find(own, {}, {}, ingest_.monotonic_usec());
  return ingest_.append(entry);
}

void DriverMessages::started() {
  send("Journal started", kStarted, kInfo);
}

void DriverMessages::stopped() {
  send("Journal stopped", kStopped, kInfo);
}

void DriverMessages::report_drops() {
  while (const auto report = drops_.take_report(ingest_.monotonic_usec())) {
    const std::string count = std::to_string(report->count);
    const std::string message = "Dropped " + count + " " + std::string(describe(report->cause));
    if (!send(message, kDropped, kWarning, "N_DROPPED=" + count)) {
      drops_.put_back(*report);
      return;
    }
  }
}

}  // namespace logq::collect
