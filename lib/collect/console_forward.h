// ConsoleForward: shows messages on a terminal, as journald does with ForwardToConsole= and for
// streams whose header asks for it (docs/forwarding.md, "Console").
//
// Never waits for the terminal: what it does not take at once is kept, up to a bound, and tried
// again; what finds no room is missed. The terminal is opened anew each time, so that the kernel's
// secure attention key, which kills whoever has it open, hardly ever finds the collector there.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include <systemd/sd-event.h>

#include "collect/forwarded_message.h"
#include "collect/limits.h"
#include "collect/missed_count.h"
#include "collect/send_queue.h"
#include "logq/result.h"

namespace logq::collect {

class ConsoleForward {
 public:
  struct Options {
    std::string tty_path = "/dev/console";
    int level_max = 6;                          // MaxLevelConsole=
    bool has_prefix = is_prefixed_by_kernel();  // "[    1.234567] " in front of each
  };
  explicit ConsoleForward(Options options) : options_(std::move(options)) {}
  ConsoleForward(const ConsoleForward&) = delete;
  ConsoleForward& operator=(const ConsoleForward&) = delete;
  ~ConsoleForward();

  // Whether the kernel puts the time in front of its own messages (printk.time).
  static bool is_prefixed_by_kernel();

  void configure(Options options) { options_ = std::move(options); }
  // From now on what was not taken is tried again. `event` must outlive this object.
  Result<void> start(sd_event* event);
  void forward(const ForwardedMessage& message);
  // Tries once more and gives up what is left.
  void finish();

  [[nodiscard]] MissedCount& missed() { return missed_; }

 private:
  static int on_timer(sd_event_source* source, std::uint64_t usec, void* self);
  void show();
  void give_up();
  void wait();

  Options options_;
  sd_event_source* timer_ = nullptr;
  bool is_waiting_ = false;  // for the timer
  std::uint64_t delay_usec_ = 0;
  SendQueue lines_{kConsoleBytesMax};
  MissedCount missed_;
};

}  // namespace logq::collect
