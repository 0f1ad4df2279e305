// How a service is, as one JSON object in a line, with the names of systemd's properties where it
// has them: what `logq-svc status --json` prints (docs/service-control.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "supervise/service_runner.h"

namespace logq::supervise {

// What is not known to the service itself.
struct ServiceFacts {
  std::string_view wanted;              // "up", "down", "once"
  bool is_paused = false;               // by an operator
  bool is_leaving = false;              // its supervisor is to end when it is down
  std::uint64_t active_since_usec = 0;  // realtime
};

// With a newline.
[[nodiscard]] std::string describe_service(const ServiceRunner& runner, const ServiceFacts& facts);

}  // namespace logq::supervise
