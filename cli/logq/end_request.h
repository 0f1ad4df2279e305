// A signal as a request to end: what has been found is printed, then the program ends.
#pragma once

#include "common/exit_status.h"

namespace logq::cli {

// Makes SIGINT and SIGTERM a request to end. One that comes a second later or more ends the process
// at once, should it be stuck.
void heed_end_requests();

// Whether a signal has asked for the end; to be looked at between entries. Thread-safe.
[[nodiscard]] bool end_requested();

// What a program ends with that has done a part of its work since it was asked to end.
[[nodiscard]] ExitStatus requested_status();

}  // namespace logq::cli
