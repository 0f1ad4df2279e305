#include "client/drop_report.h"

#include <cstdio>
#include <numeric>

#include "client/thread_id.h"

namespace logq::client {
namespace {

// "Entries were dropped by the client", the MESSAGE_ID of our reports.
constexpr Id128 kEntriesDroppedId{{0x4d, 0x1c, 0x0f, 0x3b, 0x9e, 0x62, 0x4a, 0x55, 0x8b, 0x7a, 0x21,
                                   0xc6, 0xe0, 0x93, 0x5d, 0x18}};

std::uint64_t of(const DeliveryCount::PerStatus& drops, SendStatus status) {
  return drops[static_cast<std::size_t>(status)];
}

}  // namespace

DropReport::DropReport(const DeliveryCount::PerStatus& drops, std::string_view identifier)
    : total_(std::accumulate(drops.begin(), drops.end(), std::uint64_t{0})),
      identifier_(identifier),
      fields_{message_id(kEntriesDroppedId),
              field("N_DROPPED", total_),
              field("N_DROPPED_FULL", of(drops, SendStatus::kFull)),
              field("N_DROPPED_NO_COLLECTOR", of(drops, SendStatus::kNoCollector)),
              field("N_DROPPED_TOO_LARGE", of(drops, SendStatus::kTooLarge)),
              field("N_DROPPED_FAILED", of(drops, SendStatus::kFailed))} {
  const int length = std::snprintf(text_.data(), text_.size(), "%llu message%s dropped",
                                   static_cast<unsigned long long>(total_), total_ == 1 ? "" : "s");
  text_size_ = static_cast<std::size_t>(length);
}

Entry DropReport::entry() const {
  Entry entry;
  entry.priority = Priority::kWarning;
  entry.message = {text_.data(), text_size_};
  entry.identifier = identifier_;
  entry.thread_id = current_thread_id();
  entry.fields = fields_;
  return entry;
}

}  // namespace logq::client
