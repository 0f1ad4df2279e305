// --collector-status: how a running logqd does, for somebody who has to decide now whether the log
// is all right, or with -o json as logqd has said it (docs/control.md).
#pragma once

#include <cstdint>
#include <string>

#include "common/exit_status.h"
#include "common/output_buffer.h"
#include "logq/options/options.h"
#include "wire/json_view.h"

namespace logq::cli {

Outcome<ExitStatus> show_collector_status(const Options& options, OutputBuffer& output);

// The text for people. `now_realtime_usec` is what the age of the last sync counts from. What the
// object lacks is shown as "?".
std::string describe_collector_status(const wire::JsonView& status,
                                      std::uint64_t now_realtime_usec);

// The JSON text with a line for each member. REQUIRES: it is JSON.
std::string indent_json(std::string_view json);

}  // namespace logq::cli
