// What an operator may ask of a supervised service: in one letter, written to supervise/control by
// svc(8) and sv(8), or in one line, written to supervise/socket by logq-svc
// (docs/service-control.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logq::supervise {

enum class ControlVerb : std::uint8_t {
  kStatus,
  kWait,  ///< to be told when it comes to rest
  kStart,
  kOnce,  ///< to be started, and not again
  kStop,
  kRestart,
  kReload,
  kReset,  ///< to have its failures forgotten
  kLeave,  ///< that its supervisor goes when the service is down
  kExit,   ///< the same, and that it is stopped
  kPause,
  kContinue,
  kSignal,  ///< to its main process's group
  kKill,    ///< to all of its processes
};

struct ControlOrder {
  ControlVerb verb = ControlVerb::kStatus;
  int signal = 0;         // of kSignal and kKill
  bool waits = true;      // the answer is to come when it is done, not when it is begun
  std::string unit = {};  // of kStart: the instance that is meant, where a template is asked for it

  bool operator==(const ControlOrder&) const = default;
};

// A letter of daemontools, daemontools-encore or runit. Nothing: it is none, and means nothing.
[[nodiscard]] std::optional<ControlOrder> order_of_letter(char letter);

inline constexpr std::size_t kControlLineMax = 512;
// "start", "stop no-wait", "kill HUP", "start web@7.service no-wait", no newline.
[[nodiscard]] std::optional<ControlOrder> parse_control_line(std::string_view line);
// The line for an order, without the newline.
[[nodiscard]] std::string control_line(const ControlOrder& order);

// The verb as logq-svc has it: "cont". Nothing where there is no such verb.
[[nodiscard]] std::optional<ControlVerb> parse_control_verb(std::string_view name);

}  // namespace logq::supervise
