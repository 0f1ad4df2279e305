// Syslog priorities, as the PRIORITY= field carries them.
#pragma once

#include <cstdint>

namespace logq {

enum class Priority : std::uint8_t {
  kEmergency = 0,
  kAlert = 1,
  kCritical = 2,
  kError = 3,
  kWarning = 4,
  kNotice = 5,
  kInfo = 6,
  kDebug = 7,
};

}  // namespace logq
