#include "collect/forwards.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/try.h"

namespace logq::collect {

Forwards::Forwards(Options options)
    : everything_(options.everything),
      syslog_(std::move(options.syslog)),
      kmsg_(std::move(options.kmsg)),
      console_(std::move(options.console)),
      wall_(std::move(options.wall)),
      socket_(std::move(options.socket)) {}

void Forwards::configure(Options options) {
  everything_ = options.everything;
  syslog_.configure(std::move(options.syslog));
  kmsg_.configure(std::move(options.kmsg));
  console_.configure(std::move(options.console));
  wall_.configure(std::move(options.wall));
  socket_.configure(std::move(options.socket));
}

Result<void> Forwards::start(sd_event* event) {
  LOGQ_TRY(console_.start(event));
  return socket_.start(event);
}

void Forwards::finish() {
  console_.finish();
  socket_.finish();
}

void Forwards::forward(const ForwardedMessage& message, const ForwardTargets& asked) {
  const ForwardTargets targets{everything_.syslog || asked.syslog, everything_.kmsg || asked.kmsg,
                               everything_.console || asked.console,
                               everything_.wall || asked.wall};
  if (targets.syslog) syslog_.forward(message);
  forward_locally(message, targets);
}

void Forwards::forward_datagram(const ForwardedMessage& message, std::string_view datagram) {
  if (everything_.syslog) syslog_.forward_raw(message.level(), datagram, message.sender);
  forward_locally(message, everything_);
}

void Forwards::forward_locally(const ForwardedMessage& message, const ForwardTargets& targets) {
  if (targets.kmsg) kmsg_.forward(message);
  if (targets.console) console_.forward(message);
  if (targets.wall && wall_.shows(message.level())) {
    wall_.forward(message, base::Clock::system().now().monotonic_usec);
  }
}

std::array<Forwards::Place, 5> Forwards::places() {
  return {Place{"syslog", syslog_.missed()}, Place{"kmsg", kmsg_.missed()},
          Place{"console", console_.missed()}, Place{"wall", wall_.missed()},
          Place{"socket", socket_.missed()}};
}

void Forwards::report_missed(std::uint64_t now_monotonic_usec, const Report& report) {
  for (const Place& place : places()) {
    if (const auto missed = place.missed.take_report(now_monotonic_usec)) {
      report(place.name, *missed);
    }
  }
}

bool Forwards::has_unreported() {
  return std::ranges::any_of(places(), [](const Place& p) { return p.missed.has_unreported(); });
}

std::uint64_t Forwards::missed() {
  std::uint64_t sum = 0;
  for (const Place& place : places())
    sum += place.missed.total();
  return sum;
}

}  // namespace logq::collect
