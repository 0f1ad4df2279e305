// One datagram of a service to its $NOTIFY_SOCKET, sd_notify(3)'s protocol. Pure codec, no I/O.
//
//   READY=1\nSTATUS=listening on port 80\nMAINPID=4711
//
// Who may say what is not decided here (NotifyAccess=, ownership of MAINPID=).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "logq/result.h"

namespace logq::wire {

// Receive into one byte more, so that what is longer is seen to be.
inline constexpr std::size_t kNotifyMessageMax = 4096;
inline constexpr std::string_view kDefaultDescriptorName = "stored";

// Of which processes of a service messages are taken; NotifyAccess= and NOTIFYACCESS=.
enum class NotifyAccess : std::uint8_t { kNone, kMain, kExec, kAll };
[[nodiscard]] std::optional<NotifyAccess> parse_notify_access(std::string_view text);

// Views into the datagram. What is absent was not said, or not so that it can be believed. Of a key
// that is there twice the first counts, as with systemd.
struct NotifyMessage {
  enum class State : std::uint8_t { kReloading, kReady, kStopping };
  enum class Watchdog : std::uint8_t { kPing, kTrigger };

  // Said to be nothing but a barrier: answer by closing its one descriptor once all that came
  // before has been dealt with. All else is absent then.
  bool is_barrier = false;

  std::optional<State> state;  // of several the latest in a service's life: STOPPING, READY
  std::optional<std::uint64_t> monotonic_usec;  // when RELOADING began; nothing is to rely on it
  std::optional<std::string_view> status;       // UTF-8; empty: there is nothing to say any more
  std::optional<int> sys_errno;
  std::optional<std::string_view> bus_error;
  std::optional<std::string_view> varlink_error;
  std::optional<int> exit_status;  // 0 to 255
  std::optional<int> main_pid;     // positive
  bool has_main_pidfd = false;     // the datagram's one descriptor is the main process's pidfd
  std::optional<std::uint64_t> main_pidfd_id;
  std::optional<Watchdog> watchdog;
  std::optional<std::uint64_t> watchdog_usec;  // 0 switches it off
  std::optional<std::uint64_t> extend_timeout_usec;
  std::optional<NotifyAccess> notify_access;
  bool reset_restarts = false;

  bool store_descriptors = false;
  bool remove_descriptors = false;  // those of all `descriptor_names`, of which there is one
  bool poll_descriptors = true;     // drop them when their peer has gone
  // FDNAME= is one name for all. Ours, for clients that send a list: FDNAMES=a:b: names one after
  // the other, where there is no FDNAME=.
  std::vector<std::string_view> descriptor_names;
  bool one_name_for_all = false;
  // The name of the datagram's descriptor with this index, to be stored.
  [[nodiscard]] std::string_view descriptor_name(std::size_t index) const;

  // What was said and is not believed, one literal each: "STATUS= is not UTF-8".
  std::vector<std::string_view> complaints;
};

// Takes a datagram apart that came with so many descriptors. Fails for what must be ignored as a
// whole, saying why: kTooLarge from kNotifyMessageMax on, kInvalidArgument for a NUL that is not
// the last byte and for a barrier that is not alone or has not exactly one descriptor. Keys that
// are not known are for others.
[[nodiscard]] Result<NotifyMessage> parse_notify_message(std::string_view datagram,
                                                         std::size_t descriptor_count);

}  // namespace logq::wire
