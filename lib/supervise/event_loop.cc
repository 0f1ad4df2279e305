#include "supervise/event_loop.h"

#include <time.h>

#include <utility>

#include "base/try.h"

namespace logq::supervise {
namespace {

constexpr std::uint64_t kPrecisely = 1;  // of a timer, in microseconds

// A handler may destroy its own source, and itself with it.
int call(void* handler, std::uint32_t events) {
  const auto kept = *static_cast<std::shared_ptr<std::function<void(std::uint32_t)>>*>(handler);
  (*kept)(events);
  return 0;
}

std::int64_t priority_of(Turn turn) {
  switch (turn) {
    case Turn::kWord:
      return SD_EVENT_PRIORITY_NORMAL - 20;
    case Turn::kEnd:
      return SD_EVENT_PRIORITY_NORMAL - 10;
    case Turn::kRest:
      break;
  }
  return SD_EVENT_PRIORITY_NORMAL;
}

}  // namespace

EventSource::EventSource(Handler handler)
    : handler_(std::make_unique<std::shared_ptr<Handler>>(
          std::make_shared<Handler>(std::move(handler)))) {}

EventSource::~EventSource() = default;

EventSource EventSource::holding(sd_event_source* source, std::int64_t priority) && {
  source_.reset(source);
  sd_event_source_set_priority(source, priority);
  return std::move(*this);
}

void EventSource::pause() {
  if (source_) sd_event_source_set_enabled(source_.get(), SD_EVENT_OFF);
}

void EventSource::resume() {
  if (source_) sd_event_source_set_enabled(source_.get(), SD_EVENT_ON);
}

void EventSource::set_time(std::uint64_t monotonic_usec) {
  if (!source_) return;
  sd_event_source_set_time(source_.get(), monotonic_usec);
  sd_event_source_set_enabled(source_.get(), SD_EVENT_ONESHOT);
}

Result<EventLoop> EventLoop::create() {
  sd_event* event = nullptr;
  if (const int status = sd_event_new(&event); status < 0)
    return fail(Error::system(-status, "sd_event_new"));
  return EventLoop(event);
}

Result<EventSource> EventLoop::watch(int fd,
                                     std::uint32_t events,
                                     Turn turn,
                                     std::function<void(std::uint32_t)> handler) {
  EventSource made(std::move(handler));
  sd_event_source* source = nullptr;
  const auto on_event = [](sd_event_source* /*source*/, int /*fd*/, std::uint32_t happened,
                           void* of) { return call(of, happened); };
  const int status =
      sd_event_add_io(event_.get(), &source, fd, events, on_event, made.handler_.get());
  if (status < 0) return fail(Error::system(-status, "sd_event_add_io"));
  return std::move(made).holding(source, priority_of(turn));
}

Result<EventSource> EventLoop::add_timer(std::function<void()> handler) {
  EventSource made([handler = std::move(handler)](std::uint32_t /*events*/) { handler(); });
  sd_event_source* source = nullptr;
  const auto on_time = [](sd_event_source* /*source*/, std::uint64_t /*usec*/, void* of) {
    return call(of, 0);
  };
  const int status = sd_event_add_time(event_.get(), &source, CLOCK_MONOTONIC, 0, kPrecisely,
                                       on_time, made.handler_.get());
  if (status < 0) return fail(Error::system(-status, "sd_event_add_time"));
  auto timer = std::move(made).holding(source, priority_of(Turn::kRest));
  timer.pause();
  return timer;
}

Result<EventSource> EventLoop::add_signal(int signal, Turn turn, std::function<void()> handler) {
  EventSource made([handler = std::move(handler)](std::uint32_t /*events*/) { handler(); });
  sd_event_source* source = nullptr;
  const auto on_signal = [](sd_event_source* /*source*/, const signalfd_siginfo* /*info*/,
                            void* of) { return call(of, 0); };
  const int status =
      sd_event_add_signal(event_.get(), &source, signal, on_signal, made.handler_.get());
  if (status < 0) return fail(Error::system(-status, "sd_event_add_signal"));
  return std::move(made).holding(source, priority_of(turn));
}

Result<void> EventLoop::run_once() {
  const int status = sd_event_run(event_.get(), UINT64_MAX);
  if (status < 0) return fail(Error::system(-status, "sd_event_run"));
  return {};
}

}  // namespace logq::supervise
