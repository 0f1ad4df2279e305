// EventLoop: descriptors, timers and signals of one thread, handled one after the other in an order
// that is known. sd-event(3) underneath. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include <systemd/sd-event.h>

#include "logq/result.h"

namespace logq::supervise {

// Of two things that have happened the one with the earlier turn is handled first.
enum class Turn : std::uint8_t {
  kWord,  ///< what a process says
  kEnd,   ///< that a process has ended
  kRest,
};

// Watches until it is destroyed; its handler may do that.
class EventSource {
 public:
  EventSource() = default;
  EventSource(const EventSource&) = delete;
  EventSource& operator=(const EventSource&) = delete;
  EventSource(EventSource&&) = default;
  EventSource& operator=(EventSource&&) = default;
  ~EventSource();

  [[nodiscard]] bool is_open() const { return source_ != nullptr; }
  void reset() { *this = EventSource(); }
  void pause();
  void resume();
  // Of a timer: once, at that time of CLOCK_MONOTONIC in microseconds. pause() takes it back.
  void set_time(std::uint64_t monotonic_usec);

 private:
  friend class EventLoop;
  using Handler = std::function<void(std::uint32_t)>;
  struct Unref {
    void operator()(sd_event_source* source) const { sd_event_source_disable_unref(source); }
  };
  explicit EventSource(Handler handler);
  EventSource holding(sd_event_source* source, std::int64_t priority) &&;

  // Shared with a call that is under way, at an address that stays.
  std::unique_ptr<std::shared_ptr<Handler>> handler_;
  std::unique_ptr<sd_event_source, Unref> source_;
};

class EventLoop {
 public:
  [[nodiscard]] static Result<EventLoop> create();

  // `handler` gets the events (EPOLLIN, ...).
  [[nodiscard]] Result<EventSource> watch(int fd,
                                          std::uint32_t events,
                                          Turn turn,
                                          std::function<void(std::uint32_t)> handler);
  // Not set yet.
  [[nodiscard]] Result<EventSource> add_timer(std::function<void()> handler);
  // REQUIRES: the signal is blocked.
  [[nodiscard]] Result<EventSource> add_signal(int signal,
                                               Turn turn,
                                               std::function<void()> handler);

  // Waits for something to happen and handles one thing.
  Result<void> run_once();

 private:
  struct Unref {
    void operator()(sd_event* event) const { sd_event_unref(event); }
  };
  explicit EventLoop(sd_event* event) : event_(event) {}

  std::unique_ptr<sd_event, Unref> event_;
};

}  // namespace logq::supervise
