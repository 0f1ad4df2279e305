// The part of Collector that deals with its event loop: which event calls what.
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <array>

#include <systemd/sd-daemon.h>

#include "base/clock.h"
#include "base/try.h"
#include "collect/collector.h"
#include "collect/event_result.h"

namespace logq::collect {
namespace {

constexpr std::uint64_t kTimerAccuracyUsec = 500;

// Most requests come below everything that receives, so that what was sent before one is stored
// before it. A sync sees to that by itself, and has not to wait for silence.
std::int64_t priority_of(int signal_number) {
  if (signal_number == SIGTERM || signal_number == SIGINT) return SD_EVENT_PRIORITY_NORMAL - 10;
  const bool sees_to_it = signal_number == SIGRTMIN + 1;
  return sees_to_it ? SD_EVENT_PRIORITY_NORMAL : SD_EVENT_PRIORITY_NORMAL + 15;
}

// SIGRTMIN is no constant, hence a function.
std::array<int, 6> handled_signals() {
  return {SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGHUP, SIGRTMIN + 1};
}

}  // namespace

// Blocked before any thread exists, so that all threads inherit it and none dies of one.
Result<void> Collector::register_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int number : handled_signals())
    ::sigaddset(&signals, number);
  if (::sigprocmask(SIG_BLOCK, &signals, nullptr) < 0) {
    return fail(Error::system(errno, "sigprocmask"));
  }
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);  // a file size limit is an error like a full disk, not a death
  return {};
}

Result<void> Collector::register_events() {
  sd_event* event = event_.get();
  for (DatagramInput* input : inputs_)
    LOGQ_TRY(register_input(*input));
  LOGQ_TRY(event_result(sd_event_add_time(event, &timer_event_, CLOCK_MONOTONIC, 0,
                                          kTimerAccuracyUsec, &Collector::on_timer, this),
                        "sd_event_add_time"));
  sd_event_source_set_enabled(timer_event_, SD_EVENT_OFF);
  for (const int number : handled_signals()) {
    sd_event_source* source = nullptr;
    LOGQ_TRY(event_result(sd_event_add_signal(event, &source, number, &Collector::on_signal, this),
                          "sd_event_add_signal"));
    sd_event_source_set_priority(source, priority_of(number));
    sd_event_source_set_floating(source, 1);
    sd_event_source_unref(source);
  }
  return {};
}

Result<void> Collector::register_input(DatagramInput& input) {
  input.owner = this;
  LOGQ_TRY(event_result(sd_event_add_io(event_.get(), &input.readable, input.source->fd(), EPOLLIN,
                                        &Collector::on_datagrams, &input),
                        "sd_event_add_io"));
  return input.more.start(event_.get(), [this, &input] { work(input); });
}

int Collector::on_datagrams(sd_event_source* /*source*/,
                            int /*fd*/,
                            std::uint32_t /*events*/,
                            void* input) {
  auto* ready = static_cast<DatagramInput*>(input);
  ready->owner->work(*ready);
  return 0;
}

void Collector::arm_timer(std::uint64_t usec) {
  int armed = SD_EVENT_OFF;
  sd_event_source_get_enabled(timer_event_, &armed);
  std::uint64_t due = base::Clock::system().now().monotonic_usec + usec;
  std::uint64_t planned = 0;
  if (armed != SD_EVENT_OFF && sd_event_source_get_time(timer_event_, &planned) >= 0 &&
      planned < due) {
    due = planned;
  }
  sd_event_source_set_time(timer_event_, due);
  sd_event_source_set_enabled(timer_event_, SD_EVENT_ONESHOT);
}

int Collector::on_timer(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* self) {
  auto* collector = static_cast<Collector*>(self);
  collector->ingest_->refresh_time();
  collector->status_timer_armed_ = false;  // it is one timer for all, and off now
  collector->after_work();
  return 0;
}

int Collector::on_signal(sd_event_source* /*source*/, const signalfd_siginfo* info, void* self) {
  auto* collector = static_cast<Collector*>(self);
  const auto number = static_cast<int>(info->ssi_signo);
  if (number == SIGTERM || number == SIGINT) {
    collector->stop();
    return 0;
  }
  if (number == SIGUSR2) std::ignore = collector->rotate_now();
  if (number == SIGRTMIN + 1) collector->sync_now();
  if (number == SIGUSR1) std::ignore = collector->flush_now();
  if (number == SIGHUP) collector->reload();
  return 0;
}

}  // namespace logq::collect
