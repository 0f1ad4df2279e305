// One call without parameters to a Varlink service: how a collector is asked for its deeds
// (docs/control.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "logq/result.h"

namespace logq::cli {

struct VarlinkAnswer {
  std::string error;  // its name, such as "io.systemd.Journal.NotSupportedByNamespaces"; or empty
  std::string parameters;  // a JSON object
};

// Calls and waits for the answer. Errors: kSystem (nobody there, no permission), kBusy (no answer
// in time), kClosed (the service hung up), kTooLarge, kCorrupt (it is no answer).
Result<VarlinkAnswer> call_varlink(const std::string& socket_path,
                                   std::string_view method,
                                   std::uint64_t timeout_usec);

}  // namespace logq::cli
